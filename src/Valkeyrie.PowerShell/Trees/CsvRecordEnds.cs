namespace Valkeyrie.PowerShell.Trees;

/// <summary>Finds where records of a CSV text end, reading quotes as Import-Csv does. Fed with the text piece by piece.</summary>
internal sealed class CsvRecordEnds
{
    private State _state = State.FieldStart;

    private enum State
    {
        /// <summary>Nothing of the field but blanks: a quote opens it.</summary>
        FieldStart,

        /// <summary>In a field without quotes, or behind the quotes of one.</summary>
        Plain,

        /// <summary>Between quotes, where a line end is a part of the value.</summary>
        Quoted,

        /// <summary>Behind a quote between quotes: a second one makes both a quote of the value.</summary>
        QuoteInQuotes,
    }

    /// <summary>Goes on through the text.</summary>
    /// <param name="text">The next piece.</param>
    /// <returns>The place in the piece behind the last line end that ends a record; 0 if there is none.</returns>
    public int Advance(ReadOnlySpan<char> text)
    {
        var end = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (_state == State.Quoted)
            {
                var quote = text[i..].IndexOf('"');
                if (quote < 0)
                {
                    return end;
                }

                i += quote;
                _state = State.QuoteInQuotes;
                continue;
            }

            _state = (c, _state) switch
            {
                (',' or '\n' or '\r', _) => State.FieldStart,
                ('"', not State.Plain) => State.Quoted,
                (' ' or '\t', State.FieldStart) => State.FieldStart,
                _ => State.Plain,
            };
            end = c is '\n' or '\r' ? i + 1 : end;
        }

        return end;
    }
}
