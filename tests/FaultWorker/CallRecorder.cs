using System.Collections.Concurrent;
using System.Diagnostics;

namespace Valkeyrie.Tests.Faults;

/// <summary>Keeps every call from the moment it is made, so that one that never ends is known, too.</summary>
/// <param name="log">Where each call is written as it begins and again as it ends, for a process that may be killed; null for nowhere.</param>
internal sealed class CallRecorder(TextWriter? log = null)
{
    private readonly ConcurrentDictionary<(int Client, int Number), RecordedCall> _calls = new();

    /// <summary>All calls so far.</summary>
    public IReadOnlyList<RecordedCall> Calls => [.. _calls.Values];

    /// <summary>Makes a call and keeps it.</summary>
    /// <param name="call">What is asked; its times are set here.</param>
    /// <param name="make">Makes it, and says what came of it.</param>
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

    /// <summary>Takes a line of another process's log over.</summary>
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
