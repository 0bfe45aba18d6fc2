using System.Globalization;
using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Removes all keys of a directory and the key of the same name, all keys with a prefix, or all keys of the store.</summary>
[Cmdlet(VerbsCommon.Remove, "KvTree", DefaultParameterSetName = RangeArgument.PathSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(long))]
public sealed class RemoveKvTreeCommand : KvTreeCmdlet
{
    private const string AllSet = "All";

    /// <summary>Remove all keys of the store, or of its namespace.</summary>
    [Parameter(ParameterSetName = AllSet, Mandatory = true)]
    public SwitchParameter All { get; set; }

    /// <summary>Emit the number of removed keys.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Accepted because Get-ChildItem, Remove-Item and Copy-Item have it. A tree always includes all of its levels.</summary>
    [Parameter(DontShow = true)]
    public SwitchParameter Recurse { get; set; }

    /// <inheritdoc/>
    protected override void Begin()
    {
        base.Begin();
        CheckRecurse(Recurse);
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (var argument in RangesToRemove())
        {
            ReportErrors(argument, () => Remove(argument.Range));
        }
    }

    private IEnumerable<RangeArgument> RangesToRemove()
    {
        var ranges = All ? [RangeArgument.All] : Ranges;
        if (ranges is null || (ParameterSetName == AllSet && !All))
        {
            Fail(ErrorRecords.InvalidArgument("Specify what to remove: a directory with -Path, a prefix with -Prefix, or everything with -All."));
        }

        return ranges;
    }

    /// <summary>Describes the keys of a range, for a prompt.</summary>
    /// <exception cref="KvKeyNotFoundException">Neither the directory nor a key of its name exists.</exception>
    private string Contents(KvRange range)
    {
        try
        {
            var count = Wait(Target.CountAsync(range, null, StopToken));
            var keys = count == 1 ? "1 key" : string.Create(CultureInfo.InvariantCulture, $"{count} keys");
            return range.Kind == KvRangeKind.All ? string.Create(CultureInfo.InvariantCulture, $" ({count})")
                : range.Kind != KvRangeKind.Directory ? $" ({keys})"
                : Wait(Target.ExistsAsync(range.Text, null, StopToken)) ? $" ({keys} below it, and the key '{range.Text}' itself)"
                : $" ({keys} below it)";
        }
        catch (KvException e) when (e is not KvKeyNotFoundException)
        {
            // A user can have the permission to remove keys but not to read them.
            return "";
        }
    }

    private void Remove(KvRange range)
    {
        // Counting costs one or two calls, so the keys are counted only for a prompt or -WhatIf.
        if (!ShouldProcess($"{range}{(IsShown(ConfirmImpact.High) ? Contents(range) : "")} of {Target.Info.Address}", "Remove all keys"))
        {
            return;
        }

        // The store removes the keys in one step, and reports nothing before its end.
        long removed;
        using (Show("Remove keys", _ => new($"{range} of {Target.Info.Address}")))
        {
            removed = Wait(Target.DeleteTreeAsync(range, StopToken));
        }

        if (PassThru)
        {
            WriteObject(removed);
        }
    }
}
