using System.Text;

namespace Valkeyrie.Tests.Faults;

/// <summary>A client that randomly reads, writes, swaps and deletes a few registers, determined by a seed.</summary>
/// <param name="store">The store.</param>
/// <param name="recorder">Records its calls.</param>
/// <param name="prefix">The prefix of the registers' keys.</param>
/// <param name="client">Its number, unique among the clients of the run.</param>
/// <param name="seed">Determines its actions.</param>
/// <param name="longestPause">The maximum pause between two calls, in milliseconds.</param>
internal sealed class RegisterWorkload(IKvStore store, CallRecorder recorder, string prefix, int client, int seed, int longestPause)
{
    public const int Registers = 4;

    private readonly Random _random = new((seed * 7919) + client);
    private readonly Dictionary<string, (string? Value, long Revision)> _seen = [];
    private int _number;

    /// <summary>The key of a register.</summary>
    public static string KeyOf(string prefix, int register) => $"{prefix}/r{register}";

    /// <summary>Makes one call after another until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await CallAsync();
            await Task.Delay(_random.Next(longestPause + 1), CancellationToken.None);
        }
    }

    /// <summary>Reads every register once; false if one could not be read.</summary>
    public async Task<bool> ReadAllAsync()
    {
        var all = true;
        for (var register = 0; register < Registers; register++)
        {
            all &= (await ReadAsync(New(CallKind.Read, KeyOf(prefix, register)))).Outcome == CallOutcome.Ok;
        }

        return all;
    }

    private Task CallAsync()
    {
        var key = KeyOf(prefix, _random.Next(Registers));
        var seen = _seen.GetValueOrDefault(key);
        return _random.Next(100) switch
        {
            < 45 => (Task)ReadAsync(New(CallKind.Read, key)),
            < 75 => WriteAsync(New(CallKind.Write, key)),
            < 82 => DeleteAsync(New(CallKind.Delete, key)),
            _ => SwapAsync(New(CallKind.Swap, key) with { Expected = seen.Value }, seen.Revision),
        };
    }

    private RecordedCall New(CallKind kind, string key)
    {
        var number = ++_number;
        return new RecordedCall
        {
            Client = client,
            Number = number,
            Kind = kind,
            Key = key,
            Value = kind is CallKind.Write or CallKind.Swap ? $"{client}.{number}" : null,
            Start = 0,
        };
    }

    private async Task<RecordedCall> ReadAsync(RecordedCall read)
    {
        var done = await recorder.RecordAsync(read, async call =>
        {
            var pair = await store.TryGetAsync(call.Key);
            return call with { Result = pair?.Value, Revision = pair?.Revision ?? 0, Applied = pair is not null };
        });
        See(done, done.Result);
        return done;
    }

    private async Task WriteAsync(RecordedCall write)
    {
        var done = await recorder.RecordAsync(write, async call =>
        {
            var pair = await store.PutAsync(call.Key, Encoding.UTF8.GetBytes(call.Value!));
            return call with { Revision = pair.Revision, Applied = true };
        });
        See(done, done.Value);
    }

    private async Task DeleteAsync(RecordedCall delete)
    {
        var done = await recorder.RecordAsync(delete, async call => call with { Applied = await store.TryDeleteAsync(call.Key) });
        See(done, null);
    }

    private Task<RecordedCall> SwapAsync(RecordedCall swap, long revision) => recorder.RecordAsync(swap, async call =>
    {
        var result = await store.TryAtomicPutAsync(call.Key, Encoding.UTF8.GetBytes(call.Value!), revision);
        if (result.Written)
        {
            _seen[call.Key] = (call.Value, result.Pair!.Revision);
        }
        else
        {
            // The current value is unknown and must be read first.
            _seen.Remove(call.Key);
        }

        return call with { Applied = result.Written, Revision = result.Pair?.Revision ?? 0 };
    });

    private void See(RecordedCall done, string? value)
    {
        if (done.Outcome == CallOutcome.Ok)
        {
            _seen[done.Key] = (value, done.Revision);
        }
    }
}
