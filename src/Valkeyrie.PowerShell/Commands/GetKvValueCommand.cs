using System.Collections.ObjectModel;
using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Reads values by their keys.</summary>
/// <remarks>In the blocks of a transaction it emits nothing: the pair comes with the transaction's result.</remarks>
[Cmdlet(VerbsCommon.Get, "KvValue", DefaultParameterSetName = PairSet)]
[OutputType(typeof(KvPair), ParameterSetName = [PairSet])]
[OutputType(typeof(string), ParameterSetName = [TextSet])]
[OutputType(typeof(byte[]), ParameterSetName = [BytesSet])]
[OutputType(typeof(PSObject), ParameterSetName = [JsonSet])]
public sealed class GetKvValueCommand : KvKeyCmdlet<KvPair?>
{
    private const string PairSet = "Pair";
    private const string TextSet = "Text";
    private const string BytesSet = "Bytes";
    private const string JsonSet = "Json";

    private KvReadOptions? _options;
    private JsonConversion? _json;

    /// <summary>Read at this older revision. Default: the newest.</summary>
    [Parameter]
    public long Revision { get; set; }

    /// <summary>Let any member answer from what it knows: faster, and perhaps stale.</summary>
    [Parameter]
    public SwitchParameter Serializable { get; set; }

    /// <summary>Emit the value alone, as text.</summary>
    [Parameter(ParameterSetName = TextSet, Mandatory = true)]
    public SwitchParameter ValueOnly { get; set; }

    /// <summary>Emit the value alone, as one byte array.</summary>
    [Parameter(ParameterSetName = BytesSet, Mandatory = true)]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>Emit what the value, read as JSON, stands for.</summary>
    [Parameter(ParameterSetName = JsonSet, Mandatory = true)]
    public SwitchParameter AsJson { get; set; }

    /// <inheritdoc/>
    private protected override bool CanBeRecorded => true;

    /// <inheritdoc/>
    protected override void Begin()
    {
        base.Begin();
        _options = new KvReadOptions { Revision = OptionalNumber.Of(Revision), Serializable = Serializable };
        _json = new JsonConversion(InvokeCommand);
    }

    /// <inheritdoc/>
    protected override ValueTask<KvPair?> Send(string request) => Revision == 0 ? Target.TryGetAsync(request, _options, StopToken) : SendForOlder(request);

    // What was not there yet is told with when it came.
    private async ValueTask<KvPair?> SendForOlder(string key) => await Target.GetAsync(key, _options, StopToken).ConfigureAwait(false);

    /// <inheritdoc/>
    private protected override KvOperation ToOperation(string request) =>
        new KvOperation.Read(KvRange.Key(request)) { Revision = OptionalNumber.Of(Revision), Serializable = Serializable };

    /// <inheritdoc/>
    protected override void Answer(string request, KvPair? answer)
    {
        if (answer is null)
        {
            WriteError(ErrorRecords.From(new KvKeyNotFoundException(request, Target.Info.Address)));
            return;
        }

        switch (ParameterSetName)
        {
            case TextSet: WriteObject(answer.Value); break;
            case BytesSet: WriteObject(answer.Bytes, enumerateCollection: false); break;
            case JsonSet: WriteJson(answer); break;
            default: WriteObject(answer); break;
        }
    }

    private void WriteJson(KvPair pair)
    {
        Collection<PSObject> parsed;
        try
        {
            parsed = _json!.FromJson(pair.Value);
        }
        catch (RuntimeException e)
        {
            WriteError(ErrorRecords.InvalidJson(pair.Key, e));
            return;
        }

        WriteObject(parsed, enumerateCollection: true);
    }
}
