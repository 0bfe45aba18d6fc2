using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Waits until keys exist, do not exist, or have a certain value. Emits the pairs; for a missing key nothing.</summary>
[Cmdlet(VerbsLifecycle.Wait, "KvKey", DefaultParameterSetName = ExistsSet)]
[OutputType(typeof(KvPair))]
public sealed class WaitKvKeyCommand : KvKeyCmdlet<KvPair?>
{
    private const string ExistsSet = "Exists";
    private const string MissingSet = "Missing";
    private const string ValueSet = "Value";

    private Func<KvPair?, bool> _condition = static pair => pair is not null;

    /// <summary>Wait until the key exists. This is the default.</summary>
    [Parameter(ParameterSetName = ExistsSet)]
    public SwitchParameter Exists { get; set; }

    /// <summary>Wait until the key does not exist.</summary>
    [Parameter(ParameterSetName = MissingSet, Mandatory = true)]
    [Alias("Absent", "Deleted")]
    public SwitchParameter Missing { get; set; }

    /// <summary>Wait until the key has this value, specified as in Set-KvValue and compared byte by byte.</summary>
    [Parameter(ParameterSetName = ValueSet, Mandatory = true)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public object? Value { get; set; }

    /// <summary>How long to wait: a TimeSpan or seconds; 0 checks once. Default: without a limit.</summary>
    [Parameter]
    [Alias("TimeoutSeconds")]
    [Duration]
    public TimeSpan? Timeout { get; set; }

    /// <inheritdoc/>
    protected override void Begin()
    {
        base.Begin();
        if ((ParameterSetName == MissingSet && !Missing) || (MyInvocation.BoundParameters.ContainsKey(nameof(Exists)) && !Exists))
        {
            Fail(ErrorRecords.InvalidArgument("A switch is false, so there is no condition to wait for. Specify -Exists, -Missing or -Value."));
        }

        if (ParameterSetName == MissingSet)
        {
            _condition = static pair => pair is null;
        }
        else if (ParameterSetName == ValueSet)
        {
            var value = OrFail(null, () => ValueBytes.From(Value, new JsonConversion(InvokeCommand).ToJson, ""));
            _condition = pair => pair is not null && value.Span.SequenceEqual(pair.GetBytes());
        }
    }

    private protected override bool IsWanted(string key)
    {
        WarnOfWildcard(key);
        return base.IsWanted(key);
    }

    /// <inheritdoc/>
    protected override ValueTask<KvPair?> Send(string request) => Target.WaitAsync(request, _condition, Timeout, StopToken);

    /// <inheritdoc/>
    protected override void Answer(string request, KvPair? answer)
    {
        if (answer is not null)
        {
            WriteObject(answer);
        }
    }
}
