using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>The base of cmdlets that campaign in an election.</summary>
public abstract class KvElectionCmdlet : KvHoldingCmdlet
{
    private KvCampaignOptions? _options;
    private ReadOnlyMemory<byte> _value;

    /// <summary>The election.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [AllowEmptyString]
    [TextOf("Name")]
    [ArgumentCompleter(typeof(ElectionCompleter))]
    public string Name { get; set; } = "";

    /// <summary>The value of this contender that others can read. Default: the user and the machine, as in <c>user@machine</c>.</summary>
    [Parameter]
    [AllowEmptyString]
    public object? Value { get; set; }

    /// <summary>How long the leadership lasts if its leader dies: a TimeSpan or seconds. Default: 20 seconds.</summary>
    [Parameter]
    [Alias("TimeToLive")]
    [Duration(ShortestMilliseconds = 100, ShortestSpanMilliseconds = 1000)]
    public TimeSpan? Ttl { get; set; }

    /// <summary>How long to wait for the leadership: a TimeSpan or seconds; 0 tries once. Default: without a limit.</summary>
    [Parameter]
    [Alias("TimeoutSeconds")]
    [Duration]
    public TimeSpan? Timeout { get; set; }

    /// <inheritdoc/>
    protected override void Begin()
    {
        base.Begin();
        _value = OrFail(Name, () => ValueBytes.From(
            MyInvocation.BoundParameters.ContainsKey(nameof(Value)) ? Value : $"{Environment.UserName}@{Environment.MachineName}",
            new JsonConversion(InvokeCommand).ToJson,
            Name));
        _options = new KvCampaignOptions { Ttl = Ttl ?? KvCampaignOptions.DefaultTtl, Timeout = Timeout };
    }

    /// <summary>Wins the election, or ends the command with an error.</summary>
    protected KvLeadership Win() => Hold(Name, () => Target.GetCapability<IKvElections>().CampaignAsync(Name, _value, _options, StopToken));
}
