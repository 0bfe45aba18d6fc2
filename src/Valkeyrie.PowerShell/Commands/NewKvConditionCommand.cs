using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Creates conditions for Invoke-KvTransaction. The command does not contact a store.</summary>
/// <remarks>A piped pair provides its key and, unless another condition is specified, its revision: the key must be unchanged since it was read.</remarks>
[Cmdlet(VerbsCommon.New, "KvCondition", DefaultParameterSetName = RevisionSet)]
[OutputType(typeof(KvCondition))]
public sealed class NewKvConditionCommand : KvCmdlet
{
    private const string RevisionSet = "Revision";
    private const string CreateRevisionSet = "CreateRevision";
    private const string VersionSet = "Version";
    private const string ValueSet = "Value";
    private const string ExistsSet = "Exists";
    private const string MissingSet = "Missing";

    private JsonConversion? _json;

    /// <summary>The key that the condition checks.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [TextOf("Key")]
    [ArgumentCompleter(typeof(KeyCompleter))]
    public string Key { get; set; } = "";

    /// <summary>The revision of its last write; 0 for a missing key.</summary>
    [Parameter(ParameterSetName = RevisionSet, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [ValidateRange(0, long.MaxValue)]
    public long Revision { get; set; }

    /// <summary>The revision of its creation; 0 for a missing key.</summary>
    [Parameter(ParameterSetName = CreateRevisionSet, Mandatory = true)]
    [ValidateRange(0, long.MaxValue)]
    public long CreateRevision { get; set; }

    /// <summary>The number of writes since its creation, from 1; 0 for a missing key.</summary>
    [Parameter(ParameterSetName = VersionSet, Mandatory = true)]
    [ValidateRange(0, long.MaxValue)]
    public long Version { get; set; }

    /// <summary>Its value, specified as in Set-KvValue and compared byte by byte. A missing key has no value, so no comparison with it holds.</summary>
    [Parameter(ParameterSetName = ValueSet, Mandatory = true)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public object? Value { get; set; }

    /// <summary>The key must exist.</summary>
    [Parameter(ParameterSetName = ExistsSet, Mandatory = true)]
    public SwitchParameter Exists { get; set; }

    /// <summary>The key must not exist.</summary>
    [Parameter(ParameterSetName = MissingSet, Mandatory = true)]
    [Alias("Absent", "Deleted")]
    public SwitchParameter Missing { get; set; }

    /// <summary>The comparison of the key with the operand: Equal (the default), NotEqual, Greater or Less.</summary>
    [Parameter(ParameterSetName = RevisionSet)]
    [Parameter(ParameterSetName = CreateRevisionSet)]
    [Parameter(ParameterSetName = VersionSet)]
    [Parameter(ParameterSetName = ValueSet)]
    public KvConditionOperator Operator { get; set; } = KvConditionOperator.Equal;

    /// <inheritdoc/>
    protected override void Begin() => _json = new JsonConversion(InvokeCommand);

    // A transaction without the condition would be a different one, so a condition that cannot be created ends the pipeline.
    /// <inheritdoc/>
    protected override void Process() => WriteObject(OrFail(Key, Make));

    private KvCondition Make() => ParameterSetName switch
    {
        ExistsSet => ExistsOr(Exists),
        MissingSet => ExistsOr(!Missing),
        ValueSet => new(KvRange.Key(Key), KvConditionTarget.Value, Operator, 0, ValueBytes.From(Value, _json!.ToJson, Key)),
        VersionSet => new(KvRange.Key(Key), KvConditionTarget.Version, Operator, Version),
        CreateRevisionSet => new(KvRange.Key(Key), KvConditionTarget.CreateRevision, Operator, CreateRevision),
        _ => new(KvRange.Key(Key), KvConditionTarget.Revision, Operator, Revision),
    };

    private KvCondition ExistsOr(bool exists) => exists ? KvCondition.Exists(Key) : KvCondition.Missing(Key);
}
