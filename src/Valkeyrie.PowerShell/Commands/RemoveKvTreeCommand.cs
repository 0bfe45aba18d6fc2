using System.Globalization;
using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Removes every key of a directory and the key of its own name, or of a prefix, or of the whole store.</summary>
[Cmdlet(VerbsCommon.Remove, "KvTree", DefaultParameterSetName = RangeArgument.PathSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(long))]
public sealed class RemoveKvTreeCommand : KvTreeCmdlet
{
    private const string AllSet = "All";

    /// <summary>Remove every key of the store (of its namespace, where it has one).</summary>
    [Parameter(ParameterSetName = AllSet, Mandatory = true)]
    public SwitchParameter All { get; set; }

    /// <summary>Emit how many keys were removed.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Accepted because Get-ChildItem, Remove-Item and Copy-Item have it; a tree is always all of its levels.</summary>
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

    // Counting costs a call or two, which only a user who is asked, or -WhatIf, has use for.
    private bool IsShown => IsOn("WhatIf", LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference")))
        || IsOn("Confirm", LanguagePrimitives.ConvertTo<ConfirmImpact>(GetVariableValue("ConfirmPreference", ConfirmImpact.High)) != ConfirmImpact.None);

    private bool IsOn(string parameter, bool preference) =>
        MyInvocation.BoundParameters.TryGetValue(parameter, out var value) ? LanguagePrimitives.IsTrue(value) : preference;

    /// <summary>What is removed with a range, in words.</summary>
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
            // Who may remove keys need not be permitted to read them.
            return "";
        }
    }

    private void Remove(KvRange range)
    {
        if (!ShouldProcess($"{range}{(IsShown ? Contents(range) : "")} of {Target.Info.Address}", "Remove all keys"))
        {
            return;
        }

        // One step of the store's, which tells nothing before its end.
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
