using System.Management.Automation;
using System.Runtime.CompilerServices;
using Valkeyrie.PowerShell.Files;

namespace Valkeyrie.PowerShell.Trees;

/// <summary>A file that holds a tree, as a parameter names it.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Format">How to write and read it.</param>
internal sealed record TreeFile(string Path, ITreeFormat Format)
{
    /// <summary>The file that a parameter names.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="path">What was specified: a path of PowerShell's, taken as it is.</param>
    /// <param name="format">The format; null to go by the file's extension.</param>
    /// <exception cref="KvInvalidArgumentException">The path is not one of a file, or the extension tells no format.</exception>
    public static TreeFile Of(PSCmdlet cmdlet, string path, KvTreeFormat? format)
    {
        var full = FileTarget.PathOf(cmdlet, path);
        return new(full, (format ?? FormatOf(full)) == KvTreeFormat.Csv ? NewCsv() : new JsonTreeFormat());
    }

    /// <summary>Where to write the file: in its place once it is whole, or as it comes where that is a pipe or a device.</summary>
    /// <param name="noClobber">True to refuse a file that exists.</param>
    /// <param name="force">True to replace a file that is marked as read-only.</param>
    /// <param name="cancellationToken">Ends the wait for whoever reads a pipe.</param>
    /// <exception cref="IOException">The file exists and must not be replaced, or cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public ValueTask<IFileTarget> OpenTargetAsync(bool noClobber, bool force, CancellationToken cancellationToken) =>
        FileTarget.OpenAsync(Path, noClobber, force, mode: null, cancellationToken);

    /// <summary>Reads the file from its beginning to its end, to see whether it is what it should be, and how many pairs it holds.</summary>
    /// <param name="place">Where its keys are to lie, which tells whether they are valid, and how large a value may be.</param>
    /// <param name="checkedSoFar">Told, on any thread, how many pairs were seen.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="InvalidDataException">The file is not what it should be.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public async Task<CheckedTree> CheckAsync(TreePlace place, Action<long> checkedSoFar, CancellationToken cancellationToken)
    {
        var input = await InputFile.OpenAsync(Path, InputFile.MostToCopy, cancellationToken).ConfigureAwait(false);
        try
        {
            var count = 0L;
            string? before = null;
            await foreach (var pair in ReadAsync(input.Read(), place, cancellationToken).ConfigureAwait(false))
            {
                checkedSoFar(++count);
                if (before is not null && KeyOrder.Compare(before, pair.Key) >= 0)
                {
                    // All of it once more: a key that came before may come again.
                    return await SortAsync(input, place, checkedSoFar, cancellationToken).ConfigureAwait(false);
                }

                before = pair.Key;
            }

            return new(input, count, ReadAsync(input.Read(), place, CancellationToken.None));
        }
        catch
        {
            input.Dispose();
            throw;
        }
    }

    private async Task<CheckedTree> SortAsync(InputFile input, TreePlace place, Action<long> checkedSoFar, CancellationToken cancellationToken)
    {
        var pairs = new List<KvPair>();
        await foreach (var pair in ReadAsync(input.Read(), place, cancellationToken).ConfigureAwait(false))
        {
            pairs.Add(pair);
            checkedSoFar(pairs.Count);
        }

        pairs.Sort((a, b) => KeyOrder.Compare(a.Key, b.Key));
        for (var i = 1; i < pairs.Count; i++)
        {
            if (pairs[i - 1].Key == pairs[i].Key)
            {
                throw new InvalidDataException($"The file '{Path}' cannot be read: it holds the key '{pairs[i].Key}' twice.");
            }
        }

        return new(input, pairs.Count, EnumerateAsync(pairs));
    }

    private static async IAsyncEnumerable<KvPair> EnumerateAsync(List<KvPair> pairs)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var pair in pairs)
        {
            yield return pair;
        }
    }

    /// <summary>Reads pairs.</summary>
    /// <param name="stream">The file's bytes.</param>
    /// <param name="place">Where the keys are to lie.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The pairs in the file's order.</returns>
    /// <exception cref="InvalidDataException">The file is not what it should be.</exception>
    internal async IAsyncEnumerable<KvPair> ReadAsync(Stream stream, TreePlace place, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var input = stream.ConfigureAwait(false);
        var text = new Utf8Stream(stream);
        await using var _ = text.ConfigureAwait(false);
        var records = Format.ReadAsync(text, place.LargestValue, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var end = records.ConfigureAwait(false);
        for (var number = 1L; ; number++)
        {
            KvPair pair;
            try
            {
                if (!await records.MoveNextAsync().ConfigureAwait(false))
                {
                    yield break;
                }

                pair = records.Current.ToPair(place.LargestValue);
                place.Check(pair.Key);
            }
            catch (FormatException e)
            {
                throw new InvalidDataException($"The file '{Path}' cannot be read: at record {number}: {e.Message}.", e);
            }

            yield return pair;
        }
    }

    private static KvTreeFormat FormatOf(string path) => System.IO.Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".JSON" => KvTreeFormat.Json,
        ".CSV" => KvTreeFormat.Csv,
        _ => throw new KvInvalidArgumentException($"The name of the file '{path}' ends neither in .json nor in .csv. Specify which it is with -Format."),
    };

    // Apart, so that the CSV library is loaded only where one is read or written.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static CsvTreeFormat NewCsv() => new();
}
