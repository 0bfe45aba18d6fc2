using System.Diagnostics;
using System.Management.Automation;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>The base of cmdlets that send a request for each of their keys, with many in flight.</summary>
/// <remarks>While records arrive quickly, a record's answer can be written with a later record or at the end. If the producer is slower than the
/// store, like a watch, every record is answered before the next one is awaited. With a -ThrottleLimit of 1, this is always so.</remarks>
/// <typeparam name="TRequest">The request.</typeparam>
/// <typeparam name="TAnswer">The answer.</typeparam>
public abstract partial class KvRequestCmdlet<TRequest, TAnswer> : KvStoreCmdlet
{
    private static readonly long SlowGap = Stopwatch.Frequency * 2 / 1000;

    private OrderedRequests<TRequest, TAnswer>? _requests;
    private long _lastRecordAt;

    /// <summary>The maximum number of keys in flight. With 1, each record is answered before the next one is read, as a later command with -PipelineVariable
    /// requires, and each is a separate request. Default: 128 for commands that read, 1024 for commands that write.</summary>
    [Parameter]
    [ValidateRange(1, 4096)]
    public int ThrottleLimit { get; set; }

    /// <inheritdoc/>
    protected override void Begin()
    {
        base.Begin();
        if (!MyInvocation.BoundParameters.ContainsKey(nameof(ThrottleLimit)))
        {
            ThrottleLimit = DefaultThrottleLimit;
        }

        _requests = new OrderedRequests<TRequest, TAnswer>(ThrottleLimit, Send);
    }

    /// <inheritdoc/>
    protected sealed override void Process()
    {
        // A producer is slow if the store becomes idle, not if a busy machine delays it while answers are pending.
        var slow = Stopwatch.GetTimestamp() - _lastRecordAt > SlowGap;
        AnswerCompleted();
        slow &= _requests!.Count == 0;
        ProcessInput();
        if (slow || ThrottleLimit == 1 || FlushSignal.IsSet)
        {
            AnswerAll();
        }

        _lastRecordAt = Stopwatch.GetTimestamp();
    }

    /// <inheritdoc/>
    protected override void Complete() => AnswerAll();

    /// <summary>Converts one record of the pipeline to requests with <see cref="Request"/>.</summary>
    protected abstract void ProcessInput();

    /// <summary>Sends a request.</summary>
    /// <param name="request">The request.</param>
    protected abstract ValueTask<TAnswer> Send(TRequest request);

    /// <summary>Writes an answer.</summary>
    /// <param name="request">The request.</param>
    /// <param name="answer">The answer.</param>
    protected abstract void Answer(TRequest request, TAnswer answer);

    /// <summary>Converts a request to an operation of a transaction. Called only for a command that a transaction can contain.</summary>
    /// <param name="request">The request.</param>
    /// <exception cref="KvException">The request has an option that transactions do not support, or is not valid.</exception>
    private protected virtual KvOperation ToOperation(TRequest request) => throw new InvalidOperationException("This command cannot be recorded.");

    /// <summary>Sends a request; its answer is written in its turn. In the block of a transaction, the request is recorded instead.</summary>
    /// <param name="key">The key of the request.</param>
    /// <param name="request">The request.</param>
    protected void Request(string key, TRequest request)
    {
        if (Recording is { } recording)
        {
            // An incomplete transaction must not be committed.
            recording.Add(OrFail(key, () => ToOperation(request)));
            return;
        }

        var requests = _requests!;
        if (requests.IsFull)
        {
            // Half of them at once: waking up for each one would cost more than the requests.
            WaitFor(requests.Middle);
            WaitFor(requests.Next);
            AnswerCompleted();
        }

        requests.Add(key, request);
    }

    private void AnswerCompleted()
    {
        var requests = _requests!;
        while (requests.Count > 0 && requests.Next.IsCompleted)
        {
            var (key, request, answer) = requests.Take();
            if (answer.IsCompletedSuccessfully)
            {
                Answer(request, answer.Result);
            }
            else
            {
                if (!answer.IsCanceled)
                {
                    WarnOfLaterWrites(requests.Rest);
                }

                ReportErrors(key, () => Result(answer));
            }
        }
    }

    private void AnswerAll()
    {
        var requests = _requests!;
        while (requests.Count > 0)
        {
            WaitFor(requests.Next);
            AnswerCompleted();
        }
    }
}
