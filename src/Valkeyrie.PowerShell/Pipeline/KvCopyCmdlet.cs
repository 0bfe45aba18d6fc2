using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Errors;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>The base of cmdlets that write the content of a source to a tree of a store.</summary>
public abstract class KvCopyCmdlet : KvPruningCmdlet
{
    // A prompt must remain readable.
    private const int MostNamedKeys = 5;

    /// <summary>Skip the keys up to and including this key, which is relative to the tree, to continue an interrupted run.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? StartAfter { get; set; }

    /// <summary>Emit the numbers of written, unchanged and removed keys.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>The operation in one word for messages, such as "import".</summary>
    private protected abstract string Work { get; }

    /// <summary>Called after a complete copy.</summary>
    /// <param name="done">The result.</param>
    private protected virtual void OnCopied(KvTreeCopyResult done)
    {
    }

    /// <summary>Asks for confirmation and copies. If the copy is interrupted, reports the progress.</summary>
    /// <param name="source">The content to copy.</param>
    /// <param name="sourceName">The source in words.</param>
    /// <param name="contentName">The keys of the source in words, such as "6 keys of 'app.json'".</param>
    /// <param name="store">The destination store.</param>
    /// <param name="destination">The destination in the store.</param>
    /// <param name="total">The number of keys; null if it is unknown.</param>
    private protected void Copy(KvTreeContent source, string sourceName, string contentName, IKvStore store, KvRange destination, long? total)
    {
        var target = $"{destination} of {store.Info.Address}";
        var action = $"{Capital(Work)} {contentName}{(Prune ? ", and remove keys that the source does not have" : "")}";
        var options = new KvTreeCopyOptions { Prune = Prune, StartAfter = StartAfter };
        string? removals = null;
        var shown = action;
        if (IsShown(ConfirmImpact.Medium) || AsksToPrune)
        {
            (shown, removals) = Preview(new(source, store, destination, options), contentName, destination, total);
        }

        if (!ShouldProcess(target, shown) || !MayPrune(sourceName, target, removals))
        {
            return;
        }

        var copy = new KvTreeCopy(source, store, destination, options);
        try
        {
            var done = Run(copy, action, total);
            WriteVerbose($"Written: {done.Written}, unchanged: {done.Unchanged}, removed: {done.Removed}.");
            OnCopied(done);
            if (PassThru)
            {
                WriteObject(done);
            }
        }
        catch (KvException e) when (e is not KvKeyNotFoundException)
        {
            WriteError(ErrorRecords.CutShort(e, CutShort(copy.Progress, total, e.Code)));
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{e.Message} {CutShort(copy.Progress, total)}", e);
        }
        catch (PipelineStoppedException)
        {
            // A stopping pipeline accepts no more warnings, but the host does.
            Host?.UI?.WriteWarningLine(VisibleText.Of(CutShort(copy.Progress, total)));
            throw;
        }
    }

    // Reads both trees, so only for a prompt or -WhatIf.
    private (string Action, string? Removals) Preview(KvTreeCopy copy, string contentName, KvRange destination, long? total)
    {
        var first = new List<string>();
        KvTreeCopyResult found;
        using (Show($"Compare {contentName}", _ => Describe(copy.Progress, total)))
        {
            found = Wait(new ValueTask<KvTreeCopyResult>(Task.Run(() => copy.PreviewAsync(
                key =>
                {
                    if (first.Count < MostNamedKeys)
                    {
                        first.Add($"'{destination.Start}{key}'");
                    }
                },
                StopToken))));
        }

        var more = found.Removed - first.Count;
        var names = first.Count == 0 ? "" : $": {string.Join(", ", first)}{(more == 0 ? "" : $" and {ProgressLine.Number(more)} more")}";
        var counts = $"{ProgressLine.Number(found.Written)} to write, {ProgressLine.Number(found.Unchanged)} unchanged";
        return Prune
            ? ($"{Capital(Work)} {contentName} ({counts}), and remove {ProgressLine.Keys(found.Removed)}{names}", $"{ProgressLine.Keys(found.Removed)}{names}")
            : ($"{Capital(Work)} {contentName} ({counts})", null);
    }

    private KvTreeCopyResult Run(KvTreeCopy copy, string action, long? total)
    {
        using var progress = Show(action, _ => Describe(copy.Progress, total));
        return Wait(new ValueTask<KvTreeCopyResult>(copy.RunAsync(StopToken)));
    }

    /// <summary>Describes the progress and how to continue, which depends on the cause of the interruption.</summary>
    private string CutShort(KvTreeCopyResult progress, long? total, KvErrorCode? code = null)
    {
        var done = progress.Written + progress.Unchanged;
        var of = total is null ? "" : $" of {ProgressLine.Number(total.Value)}";
        var last = progress.LastKey is { Length: > 0 } key ? key : null;
        var howFar = last is null
            ? $"The {Work} stopped before {(of.Length == 0 ? "any key" : "any" + of + " keys")} was confirmed; some keys may already have been written."
            : $"The {Work} stopped after {ProgressLine.Number(done)}{of} keys; the last one is '{last}'.";
        return $"{howFar} {HowToGoOn(code, last)}";
    }

    private static string HowToGoOn(KvErrorCode? code, string? last)
    {
        var repeat = last is null ? "Run the same command again to continue; it does not write those keys again." : $"Run the same command with -StartAfter {ArgumentText.Of(last)} to continue.";
        return code switch
        {
            // A compacted revision is gone for good.
            KvErrorCode.Compacted =>
                "The same command cannot succeed. Specify a -Revision that the store still has, or none for the newest. Get-KvHistory lists the revisions of a key.",
            KvErrorCode.HistoryChanged => "Run the same command without -StartAfter and -Revision to start again with the current history.",
            null or KvErrorCode.Unreachable or KvErrorCode.TimedOut => repeat,
            _ => $"Fix the cause first; otherwise it stops the command again. {repeat}",
        };
    }

    private static ProgressLine Describe(KvTreeCopyResult progress, long? total)
    {
        var done = progress.Written + progress.Unchanged;
        var of = total is null ? "" : $" of {ProgressLine.Number(total.Value)}";
        var removed = progress.Removed == 0 ? "" : $", {ProgressLine.Number(progress.Removed)} removed";
        return new(
            $"{ProgressLine.Number(done)}{of} keys{removed}: {progress.LastKey}",
            Percent: total > 0 ? (int)Math.Min(100, done * 100 / total.Value) : -1);
    }

    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];
}
