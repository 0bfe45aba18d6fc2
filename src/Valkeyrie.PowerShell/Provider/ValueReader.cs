using System.Collections;
using System.Management.Automation.Provider;
using System.Text;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>Returns a value to Get-Content: as lines, as one text, as bytes, or as one array of bytes.</summary>
internal sealed class ValueReader : IContentReader
{
    private readonly IEnumerator<object> _parts;

    public ValueReader(byte[] value, ContentReaderParameters parameters) => _parts = (parameters.AsByteStream.IsPresent, parameters.Raw.IsPresent) switch
    {
        (true, true) => One(value).GetEnumerator(),
        (true, false) => value.Cast<object>().GetEnumerator(),
        (false, true) => One(TextOf(value)).GetEnumerator(),
        _ => Lines(TextOf(value)).GetEnumerator(),
    };

    public IList Read(long readCount)
    {
        var read = new List<object>();
        while ((readCount <= 0 || read.Count < readCount) && _parts.MoveNext())
        {
            read.Add(_parts.Current);
        }

        return read;
    }

    public void Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A value can be read only from its beginning.");

    public void Close() => _parts.Dispose();

    public void Dispose() => Close();

    // A byte order mark has no special meaning.
    private static string TextOf(byte[] value) => Encoding.UTF8.GetString(value);

    private static IEnumerable<object> One(object whole)
    {
        yield return whole;
    }

    private static IEnumerable<object> Lines(string text)
    {
        using var lines = new StringReader(text);
        while (lines.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
