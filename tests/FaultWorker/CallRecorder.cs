using System.Collections.Concurrent;
using System.Diagnostics;

namespace Valkeyrie.Tests.Faults;

/// <summary>Records every call when it begins, so a call that never ends is also known.</summary>
/// <param name="log">Receives each call at its beginning and again at its end, for a process that can be killed; null for none.</param>
internal sealed class CallRecorder(TextWriter? log = null)
{
    private readonly ConcurrentDictionary<(int Client, int Number), RecordedCall> _calls = new();

    /// <summary>All calls so far.</summary>
    public IReadOnlyList<RecordedCall> Calls => [.. _calls.Values];

    /// <summary>Makes a call and records it.</summary>
    /// <param name="call">The call without its times, which are set here.</param>
    /// <param name="make">Makes the call and returns its result.</param>
    public async Task<RecordedCall> RecordAsync(RecordedCall call, Func<RecordedCall, Task<RecordedCall>> make)
    {
        call = Keep(call with { Start = Stopwatch.GetTimestamp() });
        RecordedCall ended;
        try
        {
            ended = await make(call) with { Outcome = CallOutcome.Ok };
        }
        catch (KvException e)
        {
            ended = call with
            {
                Outcome = e.NotSent ? CallOutcome.NotSent : e is KvUnreachableException or KvTimeoutException ? CallOutcome.Unknown : CallOutcome.Unexpected,
                Error = $"{e.Code}: {e.Message}",
            };
        }
        catch (Exception e)
        {
            ended = call with { Outcome = CallOutcome.Unexpected, Error = e.ToString() };
        }

        return Keep(ended with { End = Stopwatch.GetTimestamp() });
    }

    /// <summary>Adds a line of another process's log.</summary>
    public void Take(string line)
    {
        if (RecordedCall.Parse(line) is { } call)
        {
            _calls[(call.Client, call.Number)] = call;
        }
    }

    private RecordedCall Keep(RecordedCall call)
    {
        _calls[(call.Client, call.Number)] = call;
        if (log is not null)
        {
            lock (log)
            {
                log.WriteLine(call);
            }
        }

        return call;
    }
}
