using System.Text;

namespace Valkeyrie.Tests.Faults;

/// <summary>A client that writes unique values to its own keys in bursts, with one <see cref="KvBatchWriter"/>, so batches are always in flight. Some keys
/// occur several times in a burst.</summary>
/// <param name="store">The store.</param>
/// <param name="recorder">Records its calls.</param>
/// <param name="prefix">The prefix of its keys.</param>
/// <param name="client">Its number, unique among the clients of the run.</param>
/// <param name="seed">Determines its actions.</param>
internal sealed class BatchWorkload(IKvStore store, CallRecorder recorder, string prefix, int client, int seed)
{
    private const int LargestBurst = 700;
    private const int LongestPause = 20;
    private const int Keys = 500;

    private readonly Random _random = new((seed * 7919) + client);
    private readonly KvBatchWriter _writer = new(store);
    private int _number;

    /// <summary>Makes one burst after another until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Task.WhenAll(Enumerable.Range(0, _random.Next(1, LargestBurst)).Select(_ => WriteAsync()).ToList());
            await Task.Delay(_random.Next(LongestPause + 1), CancellationToken.None);
        }
    }

    /// <summary>Makes one write; false if it was not acknowledged.</summary>
    public async Task<bool> WritesAsync() => (await WriteAsync()).Outcome == CallOutcome.Ok;

    private Task<RecordedCall> WriteAsync()
    {
        var number = ++_number;
        var key = $"{prefix}/{client}/{_random.Next(Keys)}";
        var call = new RecordedCall { Client = client, Number = number, Kind = CallKind.Write, Key = key, Value = $"{client}.{number}", Start = 0 };
        return recorder.RecordAsync(call, async asked =>
        {
            try
            {
                var pair = await _writer.PutAsync(asked.Key, Encoding.ASCII.GetBytes(asked.Value!));
                return asked with { Applied = true, Revision = pair.Revision };
            }
            catch (KvException e) when (e.Key != asked.Key)
            {
                throw new InvalidDataException($"The write of '{asked.Key}' failed with the error of '{e.Key}'.", e);
            }
        });
    }
}
