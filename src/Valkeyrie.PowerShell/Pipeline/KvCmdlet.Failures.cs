using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Errors;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>Defines how a command fails. An error about one of several keys is written, and the command continues with the others. An error that makes the rest
/// of the script wrong ends the command, in one place.</summary>
public abstract partial class KvCmdlet
{
    private Exception? _ofBlock;

    /// <summary>True after the command has failed. It then ignores all further input.</summary>
    private bool _hasFailed;

    /// <summary>True if -ErrorAction is specified, on the command line or in $PSDefaultParameterValues.</summary>
    private protected bool HasErrorAction => MyInvocation.BoundParameters.ContainsKey("ErrorAction");

    /// <inheritdoc/>
    protected sealed override void BeginProcessing()
    {
        BeginToTellCalls();
        using var own = ObserveOwnCalls();
        try
        {
            if (PathAsKey.Refusal(this, out var path) is { } refusal)
            {
                Fail(ErrorRecords.InvalidArgument(refusal, path));
            }

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

    /// <summary>Prepares the command, once, before the first input.</summary>
    protected virtual void Begin()
    {
    }

    /// <summary>Processes one object of the pipeline; without pipeline input, called once.</summary>
    protected virtual void Process()
    {
    }

    /// <summary>Completes the command after the last input.</summary>
    protected virtual void Complete()
    {
    }

    /// <summary>Ends the command with an error. The error is thrown, so <c>try</c> catches it; with -ErrorAction, it is handled like any other error.</summary>
    /// <param name="error">The error.</param>
    [DoesNotReturn]
    protected static void Fail(ErrorRecord error) => throw new CommandFailedException(error);

    /// <summary>Runs the user's own code, such as a block. Its exceptions are not failures of this command, and pass unchanged.</summary>
    /// <param name="block">Runs the code.</param>
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

    /// <summary>Runs an action and writes its failure as an error that does not end the pipeline.</summary>
    /// <param name="target">The target of the error if the failure has none.</param>
    /// <param name="work">The action.</param>
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

    /// <summary>Runs an action on a range. A missing directory is reported as a directory, not as a key.</summary>
    /// <param name="range">The range.</param>
    /// <param name="work">The action.</param>
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

    /// <summary>Ends the command if a pair was passed in place of a directory.</summary>
    /// <param name="path">The directory.</param>
    private protected void CheckDirectory(string path)
    {
        if (path == RangeArgument.PipedPair)
        {
            Fail(ErrorRecords.InvalidArgument($"{MyInvocation.MyCommand.Name} works on directories, and a pair was passed to it. Specify the name of a directory, such as app. "
                + "Get-KvValue, Set-KvValue and Remove-KvValue work on pairs."));
        }
    }

    /// <summary>Runs an action on a file and writes its failure as an error that does not end the pipeline.</summary>
    /// <param name="path">The file.</param>
    /// <param name="work">The action.</param>
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

    /// <summary>Runs a function and ends the command if it fails.</summary>
    /// <param name="target">The target of the error if the failure has none.</param>
    /// <param name="work">The function.</param>
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

    /// <summary>Called when the command ended with an error that was written, not thrown, so its caller continues.</summary>
    private protected virtual void OnFailureWritten(ErrorRecord error)
    {
    }

    // Exceptions by which later commands of a pipeline, or -ErrorAction, end it pass unchanged, because they are already reported. So do break, continue and
    // exit in a block.
    private bool IsOwn(Exception e) =>
        e != _ofBlock && e is not (PipelineStoppedException or ActionPreferenceStopException or FlowControlException or HaltCommandException);

    // PowerShell's own way to end a command, ThrowTerminatingError, ignores -ErrorAction: a script continues in spite of -ErrorAction Stop.
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
