using System.Runtime.CompilerServices;
using Valkeyrie.PowerShell.Files;
using Valkeyrie.PowerShell.Trees.Formats;

namespace Valkeyrie.PowerShell.Trees;

/// <summary>A file that contains a tree.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Format">Its format; null for JSON, whose content determines the format.</param>
internal sealed record TreeFile(string Path, ITreeFormat? Format)
{
    /// <summary>The maximum memory, in bytes, for the pairs of a checked file. A file with more is read again for its pairs.</summary>
    public long MostToKeep { get; init; } = KeptPairs.MostHere;

    /// <summary>Reads the whole file to check it and to count its pairs.</summary>
    /// <param name="place">The place of its keys in the store, which determines the valid keys and the maximum size of a value.</param>
    /// <param name="checkedSoFar">Called, on any thread, with the number of pairs so far.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="InvalidDataException">The file is not valid.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The user may not read the file.</exception>
    public async Task<CheckedTree> CheckAsync(TreePlace place, Action<long> checkedSoFar, CancellationToken cancellationToken)
    {
        var input = await InputFile.OpenAsync(Path, InputFile.MostToCopy, cancellationToken).ConfigureAwait(false);
        try
        {
            var format = Format ?? await RecogniseAsync(input, place, cancellationToken).ConfigureAwait(false);
            return await (this with { Format = format }).CheckAsync(input, place, checkedSoFar, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            input.Dispose();
            throw;
        }
    }

    /// <summary>Reads pairs of a known format.</summary>
    /// <param name="stream">The bytes of the file.</param>
    /// <param name="place">The place of the keys in the store.</param>
    /// <param name="absent">Called with each name without a value.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The pairs in the order of the file.</returns>
    /// <exception cref="InvalidDataException">The file is not valid.</exception>
    internal async IAsyncEnumerable<KvPair> ReadAsync(
        Stream stream, TreePlace place, Action<string>? absent, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var input = stream.ConfigureAwait(false);
        var text = new Utf8Stream(stream);
        await using var _ = text.ConfigureAwait(false);
        var records = Format!.ReadAsync(text, place.LargestValue, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var end = records.ConfigureAwait(false);
        for (var number = 1L; ; number++)
        {
            KvPair pair;
            TreeRecord? record = null;
            try
            {
                if (!await records.MoveNextAsync().ConfigureAwait(false))
                {
                    yield break;
                }

                record = records.Current;
                if (record.IsAbsent)
                {
                    absent?.Invoke(record.Key!);
                    continue;
                }

                pair = record.ToPair(place.LargestValue);
                place.Check(pair.Key);
            }
            catch (FormatException e)
            {
                throw Refused(e, record?.Place ?? $"record {number}");
            }

            yield return pair;
        }
    }

    private async Task<CheckedTree> CheckAsync(InputFile input, TreePlace place, Action<long> checkedSoFar, CancellationToken cancellationToken)
    {
        var count = 0L;
        string? before = null;
        var isInOrder = true;
        var kept = new KeptPairs(MostToKeep);
        var absent = new AbsentValues($"The file '{Path}'");
        await foreach (var pair in ReadAsync(input.Read(), place, absent.Add, cancellationToken).ConfigureAwait(false))
        {
            checkedSoFar(++count);
            isInOrder = isInOrder && (before is null || KeyOrder.Compare(before, pair.Key) < 0);
            before = pair.Key;
            kept.Add(pair);
            if (!isInOrder && !kept.AreComplete)
            {
                // The whole file again, to sort it.
                return await SortAsync(input, place, checkedSoFar, cancellationToken).ConfigureAwait(false);
            }
        }

        return !isInOrder ? Sorted(input, kept.ToList(), absent)
            : new(input, count, kept.AreComplete ? kept : new Rereading(this, input, place), absent);
    }

    private async Task<CheckedTree> SortAsync(InputFile input, TreePlace place, Action<long> checkedSoFar, CancellationToken cancellationToken)
    {
        var pairs = new List<KvPair>();
        var absent = new AbsentValues($"The file '{Path}'");
        await foreach (var pair in ReadAsync(input.Read(), place, absent.Add, cancellationToken).ConfigureAwait(false))
        {
            pairs.Add(pair);
            checkedSoFar(pairs.Count);
        }

        return Sorted(input, pairs, absent);
    }

    private CheckedTree Sorted(InputFile input, List<KvPair> pairs, AbsentValues absent) => KeySorting.Sort(pairs) is { } twice
        ? throw Refused($"it contains the key '{twice}' twice")
        : new(input, pairs.Count, pairs.ToAsync(), absent);

    private async Task<ITreeFormat> RecogniseAsync(InputFile input, TreePlace place, CancellationToken cancellationToken)
    {
        var stream = input.Read();
        await using var _ = stream.ConfigureAwait(false);
        try
        {
            return TreeFormats.Of(await JsonShape.OfAsync(new Utf8Stream(stream), place.LargestValue, cancellationToken).ConfigureAwait(false), isNamed: false);
        }
        catch (FormatException e)
        {
            throw Refused(e, "");
        }
    }

    /// <summary>The pairs of the file. Each enumeration reads the file from the beginning.</summary>
    private sealed class Rereading(TreeFile file, InputFile input, TreePlace place) : IAsyncEnumerable<KvPair>
    {
        public IAsyncEnumerator<KvPair> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
            file.ReadAsync(input.Read(), place, absent: null, CancellationToken.None).GetAsyncEnumerator(cancellationToken);
    }

    private InvalidDataException Refused(FormatException cause, string place)
    {
        place = (cause as TreeFormatException)?.Place ?? place;
        return Refused(place.Length == 0 ? cause.Message : $"at {place}: {cause.Message}", cause);
    }

    private InvalidDataException Refused(string message, Exception? cause = null) => new($"The file '{Path}' cannot be read: {message}.", cause);
}
