using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Errors;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>How a command fails. What concerns one key of several is reported, and the others go on. What makes the rest of the script wrong ends the command:
/// there is one place from which it does so.</summary>
public abstract partial class KvCmdlet
{
    private Exception? _ofBlock;

    /// <summary>True once the command has failed: nothing of it runs any more, however much still comes through the pipeline.</summary>
    private bool _hasFailed;

    /// <summary>True if -ErrorAction says what an error does, be it on the command line or in $PSDefaultParameterValues.</summary>
    private protected bool HasErrorAction => MyInvocation.BoundParameters.ContainsKey("ErrorAction");

    /// <inheritdoc/>
    protected sealed override void BeginProcessing()
    {
        BeginToTellCalls();
        using var own = ObserveOwnCalls();
        try
        {
            Begin();
            TellCalls();
        }
        catch (Exception e) when (IsOwn(e))
        {
            EndWith(e);
        }
    }

    /// <inheritdoc/>
    protected sealed override void ProcessRecord()
    {
        if (_hasFailed)
        {
            return;
        }

        using var own = ObserveOwnCalls();
        try
        {
            Process();
            TellCalls();
        }
        catch (Exception e) when (IsOwn(e))
        {
            EndWith(e);
        }
    }

    /// <inheritdoc/>
    protected sealed override void EndProcessing()
    {
        if (_hasFailed)
        {
            return;
        }

        using var own = ObserveOwnCalls();
        try
        {
            Complete();
            TellCalls();
        }
        catch (Exception e) when (IsOwn(e))
        {
            EndWith(e);
        }
    }

    /// <summary>Prepares the command, once, before anything has come through the pipeline.</summary>
    protected virtual void Begin()
    {
    }

    /// <summary>Handles what has come through the pipeline; called once where nothing comes by it.</summary>
    protected virtual void Process()
    {
    }

    /// <summary>Completes the command, once all of the pipeline has come.</summary>
    protected virtual void Complete()
    {
    }

    /// <summary>Ends the command with an error. It is thrown, so that <c>try</c> catches it; with -ErrorAction it does what that says, as any other error.</summary>
    /// <param name="error">The error.</param>
    [DoesNotReturn]
    protected static void Fail(ErrorRecord error) => throw new CommandFailedException(error);

    /// <summary>Runs the user's own code, such as a block. Its exceptions are not failures of this command and pass unchanged.</summary>
    /// <param name="block">Runs it.</param>
    private protected void RunBlock(Action block)
    {
        ArgumentNullException.ThrowIfNull(block);
        try
        {
            block();
        }
        catch (Exception e)
        {
            _ofBlock = e;
            throw;
        }
    }

    /// <summary>Does something and writes its failure as an error that lets the pipeline go on.</summary>
    /// <param name="target">What it is about, where the failure does not say.</param>
    /// <param name="work">What to do.</param>
    protected void ReportErrors(object? target, Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        try
        {
            work();
        }
        catch (KvException e)
        {
            WriteError(ErrorRecords.From(e, target));
        }
    }

    /// <summary>Does something with a range. A missing directory is reported as a directory, not as a key.</summary>
    /// <param name="range">The range.</param>
    /// <param name="work">What to do.</param>
    private protected void ReportErrors(RangeArgument range, Action work) => ReportErrors(range.Text, () =>
    {
        CheckDirectory(range.Text);
        try
        {
            work();
        }
        catch (KvKeyNotFoundException e) when (range.Range.Kind == KvRangeKind.Directory)
        {
            WriteError(ErrorRecords.DirectoryNotFound(e, range.Text));
        }
    });

    /// <summary>Ends the command if a pair came in place of a directory.</summary>
    /// <param name="path">The directory.</param>
    private protected void CheckDirectory(string path)
    {
        if (path == RangeArgument.PipedPair)
        {
            Fail(ErrorRecords.InvalidArgument($"{MyInvocation.MyCommand.Name} works on directories, and a pair was passed to it. Specify the name of a directory, such as app. "
                + "Get-KvValue, Set-KvValue and Remove-KvValue work on pairs."));
        }
    }

    /// <summary>Does something with a file, and writes its failure as an error that lets the pipeline go on.</summary>
    /// <param name="path">The file.</param>
    /// <param name="work">What to do.</param>
    private protected void ReportFileErrors(string path, Action work)
    {
        try
        {
            ReportErrors(path, work);
        }
        catch (InvalidDataException e)
        {
            WriteError(ErrorRecords.InvalidFile(e, path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            WriteError(ErrorRecords.FileFailed(e, path));
        }
    }

    /// <summary>Does something and ends the command with its failure.</summary>
    /// <param name="target">What it is about, where the failure does not say.</param>
    /// <param name="work">What to do.</param>
    protected static T OrFail<T>(object? target, Func<T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        try
        {
            return work();
        }
        catch (KvException e)
        {
            throw new CommandFailedException(ErrorRecords.From(e, target));
        }
    }

    /// <summary>Called when the command has ended with an error that was written, not thrown, so that what called it goes on.</summary>
    private protected virtual void OnFailureWritten(ErrorRecord error)
    {
    }

    // What later commands of a pipeline, and -ErrorAction, end it with passes through here: it is reported already. So do break, continue and exit in a block.
    private bool IsOwn(Exception e) =>
        e != _ofBlock && e is not (PipelineStoppedException or ActionPreferenceStopException or FlowControlException or HaltCommandException);

    // PowerShell's own way to end a command, ThrowTerminatingError, ignores -ErrorAction: a script goes on in spite of -ErrorAction Stop.
    private void EndWith(Exception exception)
    {
        _hasFailed = true;
        TellCalls();
        var error = ErrorRecords.Of(exception);
        if (HasErrorAction)
        {
            WriteError(error);
            OnFailureWritten(error);
        }
        else
        {
            ThrowTerminatingError(error);
        }
    }
}
