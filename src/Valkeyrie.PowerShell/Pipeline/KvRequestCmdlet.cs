using System.Diagnostics;
using System.Management.Automation;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>A cmdlet that sends a request for each of its keys, with many in flight.</summary>
/// <remarks>While records come quickly, a record's answer may be written with a later record or at the end. Where the producer is slower than the
/// store, as a watch is, every record is answered before the next is awaited. With a -ThrottleLimit of 1 every record is.</remarks>
/// <typeparam name="TRequest">What is asked.</typeparam>
/// <typeparam name="TAnswer">What is answered.</typeparam>
public abstract partial class KvRequestCmdlet<TRequest, TAnswer> : KvStoreCmdlet
{
    private static readonly long SlowGap = Stopwatch.Frequency * 2 / 1000;

    private OrderedRequests<TRequest, TAnswer>? _requests;
    private long _lastRecordAt;

    /// <summary>The most keys in flight. With 1 each record is answered before the next is taken, as a later command that uses -PipelineVariable needs it,
    /// and each is a request of its own. Default: 128 for commands that read, 1024 for those that write.</summary>
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
        // Slow is a producer that leaves the store nothing to do; not one that a busy machine held up while answers are still on their way.
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

    /// <summary>Turns one pipeline record into requests, by <see cref="Request"/>.</summary>
    protected abstract void ProcessInput();

    /// <summary>Sends a request.</summary>
    /// <param name="request">The request.</param>
    protected abstract ValueTask<TAnswer> Send(TRequest request);

    /// <summary>Writes an answer.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="answer">What was answered.</param>
    protected abstract void Answer(TRequest request, TAnswer answer);

    /// <summary>The same as a part of a transaction. Only asked of a command that a transaction can hold.</summary>
    /// <param name="request">The request.</param>
    /// <exception cref="KvException">The request has an option that a transaction has not, or breaks a rule.</exception>
    private protected virtual KvOperation ToOperation(TRequest request) => throw new InvalidOperationException("This command cannot be recorded.");

    /// <summary>Puts a request into flight; its answer is written in its turn. In a transaction's block it is recorded instead.</summary>
    /// <param name="key">The key it is about.</param>
    /// <param name="request">The request.</param>
    protected void Request(string key, TRequest request)
    {
        if (Recording is { } recording)
        {
            // A transaction of which a part is missing must not be made.
            recording.Add(OrFail(key, () => ToOperation(request)));
            return;
        }

        var requests = _requests!;
        if (requests.IsFull)
        {
            // For half of them at once: to be woken for each would cost more than the requests themselves.
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
