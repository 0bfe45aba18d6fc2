using System.Management.Automation;

namespace Valkeyrie.PowerShell.Pipeline;

/// <content>Groups the writes of a command into transactions while requests are in flight.</content>
public abstract partial class KvRequestCmdlet<TRequest, TAnswer>
{
    // Enough for the transactions in flight and the next one.
    private const int GatheredKeys = 1024;

    private KvBatchWriter? _writer;

    /// <summary>True if the command writes without a condition or an option, so its writes can be grouped.</summary>
    private protected virtual bool CanGather => false;

    /// <summary>Gets the writer that groups writes.</summary>
    private protected KvBatchWriter Writer => _writer ??= new KvBatchWriter(
        Target, new KvBatchOptions { Operations = ThrottleLimit == 1 ? 1 : null, StopAtRefusal = StopsAtErrors }, StopToken);

    /// <summary>The default throttle limit.</summary>
    private int DefaultThrottleLimit => CanGather ? GatheredKeys : 128;

    private bool StopsAtErrors => (MyInvocation.BoundParameters.TryGetValue("ErrorAction", out var action) ? action : GetVariableValue("ErrorActionPreference"))
        is ActionPreference.Stop or "Stop";

    // The error ends the pipeline, so nothing else would report these writes.
    private void WarnOfLaterWrites(IReadOnlyList<OrderedRequests<TRequest, TAnswer>.Entry> later)
    {
        if (!CanGather || !StopsAtErrors)
        {
            return;
        }

        string[] made = [.. later.Where(entry => IsMade(entry.Answer)).Select(entry => entry.Key)];
        if (made.Length > 0)
        {
            WriteWarning($"{made.Length} later {(made.Length == 1 ? "key was" : "keys were")} also changed, because {(made.Length == 1 ? "it was" : "they were")} sent before the error: "
                + (made.Length == 1 ? $"'{made[0]}'." : $"'{made[0]}' to '{made[^1]}'."));
        }
    }

    private bool IsMade(Task<TAnswer> answer)
    {
        WaitFor(answer);
        return answer.IsCompletedSuccessfully;
    }
}
