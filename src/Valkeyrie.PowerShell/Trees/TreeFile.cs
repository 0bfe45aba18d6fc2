using System.Management.Automation;
using System.Runtime.CompilerServices;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Trees;

/// <summary>A file that holds a tree, as a parameter names it.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Format">How to write and read it.</param>
internal sealed record TreeFile(string Path, ITreeFormat Format)
{
    /// <summary>The file that a parameter names.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="thread">Its thread.</param>
    /// <param name="path">What was given: a path of PowerShell's, taken as it is.</param>
    /// <param name="format">The format; null to go by the file's extension.</param>
    /// <exception cref="KvInvalidArgumentException">The path is not one of a file, or the extension tells no format.</exception>
    public static TreeFile Of(PSCmdlet cmdlet, PipelineThread thread, string path, KvTreeFormat? format)
    {
        var full = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
        if (provider.Name != "FileSystem")
        {
            throw new KvInvalidArgumentException($"'{path}' is not the path of a file.");
        }

        return (format ?? FormatOf(full)) switch
        {
            KvTreeFormat.Csv => new(full, new CsvTreeFormat(cmdlet.InvokeCommand, thread)),
            _ => new(full, new JsonTreeFormat()),
        };
    }

    /// <summary>Reads the file from its beginning to its end, to see whether it is what it should be, and how many pairs it holds.</summary>
    /// <param name="checkedSoFar">Told, on any thread, how many pairs were seen.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>How many pairs there are, and the pairs in key order. They are read from the file again as they are asked for; those of a file in
    /// which they are not in order are held in memory.</returns>
    /// <exception cref="InvalidDataException">The file is not what it should be.</exception>
    public async Task<(long Count, IAsyncEnumerable<KvPair> Pairs)> CheckAsync(Action<long> checkedSoFar, CancellationToken cancellationToken)
    {
        var count = 0L;
        string? before = null;
        await foreach (var pair in ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (before is not null && KeyOrder.Compare(before, pair.Key) >= 0)
            {
                return await SortAsync(cancellationToken).ConfigureAwait(false);
            }

            before = pair.Key;
            checkedSoFar(++count);
        }

        return (count, ReadAsync(CancellationToken.None));
    }

    private async Task<(long Count, IAsyncEnumerable<KvPair> Pairs)> SortAsync(CancellationToken cancellationToken)
    {
        var pairs = new List<KvPair>();
        await foreach (var pair in ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            pairs.Add(pair);
        }

        pairs.Sort((a, b) => KeyOrder.Compare(a.Key, b.Key));
        for (var i = 1; i < pairs.Count; i++)
        {
            if (pairs[i - 1].Key == pairs[i].Key)
            {
                throw new InvalidDataException($"The file '{Path}' cannot be read: it holds the key '{pairs[i].Key}' twice.");
            }
        }

        return (pairs.Count, EnumerateAsync(pairs));
    }

    private static async IAsyncEnumerable<KvPair> EnumerateAsync(List<KvPair> pairs)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var pair in pairs)
        {
            yield return pair;
        }
    }

    private async IAsyncEnumerable<KvPair> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var stream = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 128 * 1024, FileOptions.SequentialScan);
        await using var _ = stream.ConfigureAwait(false);
        var records = Format.ReadAsync(stream, cancellationToken).GetAsyncEnumerator(cancellationToken);
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

                pair = records.Current.ToPair();
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
        _ => throw new KvInvalidArgumentException($"The name of the file '{path}' ends neither in .json nor in .csv. Say which it is with -Format."),
    };
}
