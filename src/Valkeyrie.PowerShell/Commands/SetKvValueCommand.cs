using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>One write that Set-KvValue asks for.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value.</param>
/// <param name="Ttl">The time to live; null for none.</param>
public readonly record struct KvWriteRequest(string Key, ReadOnlyMemory<byte> Value, TimeSpan? Ttl);

/// <summary>Writes values.</summary>
[Cmdlet(VerbsCommon.Set, "KvValue", DefaultParameterSetName = PairSet, SupportsShouldProcess = true)]
[OutputType(typeof(KvPair))]
public sealed class SetKvValueCommand : KvRequestCmdlet<KvWriteRequest, KvPair>
{
    private const string KeySet = "Key";
    // The default: PowerShell exhausts that set first, and would bind a piped pair's Key and text Value by their names in place of the pair.
    private const string PairSet = "Pair";
    private const string DirectorySet = "Directory";

    private JsonConversion? _json;
    private long? _atRevision;
    private bool _valueGiven;

    /// <summary>The key. Another one for piped pairs and events is given by a script block: <c>-Key { $_.Key -replace '^old/', 'new/' }</c>.</summary>
    [Parameter(ParameterSetName = KeySet, Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = DirectorySet, Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [TextOf("Key")]
    [ArgumentCompleter(typeof(KeyCompleter))]
    public string Key { get; set; } = "";

    /// <summary>The value: text is stored as UTF-8 and bytes as they are; numbers, dates and the like in their culture-invariant form; anything
    /// else as JSON.</summary>
    [Parameter(ParameterSetName = KeySet, Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public object? Value { get; set; }

    /// <summary>A pair as Get-KvValue and Get-KvTree give it: its key and its bytes are written.</summary>
    [Parameter(ParameterSetName = PairSet, Mandatory = true, ValueFromPipeline = true)]
    public KvPair? InputObject { get; set; }

    /// <summary>The piped object as it is; not meant to be given. An event of a watch, and a pair that is written to another key, must not go by their
    /// Value, where bytes that are no text are lost. Not typed: for any other object PowerShell would try, slowly, to make a pair of it.</summary>
    [Parameter(ParameterSetName = KeySet, ValueFromPipeline = true, DontShow = true)]
    public object? PipedObject { get; set; }

    /// <summary>Create a directory instead of a value, where directories are real: on etcd v2.</summary>
    [Parameter(ParameterSetName = DirectorySet, Mandatory = true)]
    public SwitchParameter Directory { get; set; }

    /// <summary>How long the key lives, as a TimeSpan or in seconds; a fraction of a second is rounded up. Default: for ever.</summary>
    [Parameter(ParameterSetName = KeySet, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = PairSet)]
    [Parameter(ParameterSetName = DirectorySet)]
    [Duration]
    public TimeSpan? Ttl { get; set; }

    /// <summary>Keep the key alive until the store is disconnected; needs -Ttl.</summary>
    [Parameter]
    public SwitchParameter KeepAlive { get; set; }

    /// <summary>Write only if the key does not exist.</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Write only if the key is still at this revision; 0: only if it does not exist.</summary>
    [Parameter]
    public long IfRevision { get; set; }

    /// <summary>Emit the pair as written.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        var hasRevision = MyInvocation.BoundParameters.ContainsKey(nameof(IfRevision));
        if (hasRevision && NoClobber)
        {
            ThrowTerminatingError(ErrorRecords.InvalidArgument("-NoClobber and -IfRevision were given together. Give one of them."));
        }

        _atRevision = hasRevision ? IfRevision : NoClobber ? 0 : null;
        _valueGiven = MyInvocation.BoundParameters.ContainsKey(nameof(Value));
        _json = new JsonConversion(InvokeCommand);
    }

    /// <inheritdoc/>
    protected override void ProcessInput()
    {
        KvWriteRequest request;
        try
        {
            request = ParameterSetName switch
            {
                PairSet => Copy(InputObject!, InputObject!.Key),
                DirectorySet => new KvWriteRequest(Key, default, Ttl),
                _ => FromKey(),
            };
        }
        catch (KvException e)
        {
            WriteError(ErrorRecords.From(e));
            return;
        }

        if (ShouldProcess(request.Key, Directory ? "Create directory" : "Set value"))
        {
            Request(request.Key, request);
        }
    }

    /// <inheritdoc/>
    protected override ValueTask<KvPair> Send(KvWriteRequest request)
    {
        var options = request.Ttl is null && !KeepAlive && !Directory
            ? null
            : new KvPutOptions { Ttl = request.Ttl, KeepAlive = KeepAlive, Directory = Directory };
        return _atRevision is { } revision
            ? Target.AtomicPutAsync(request.Key, request.Value, revision, options, StopToken)
            : Target.PutAsync(request.Key, request.Value, options, StopToken);
    }

    /// <inheritdoc/>
    protected override void Answer(KvWriteRequest request, KvPair answer)
    {
        if (PassThru)
        {
            WriteObject(answer);
        }
    }

    private KvWriteRequest FromKey() => (_valueGiven ? null : (PipedObject as PSObject)?.BaseObject ?? PipedObject) switch
    {
        KvPair pair => Copy(pair, Key),
        KvEvent change => Copy(change, Key),
        _ => new KvWriteRequest(Key, ValueBytes.From(Value, _json!.ToJson, Key), Ttl),
    };

    private KvWriteRequest Copy(KvPair pair, string key) => pair.KeyOnly
        ? throw new KvInvalidArgumentException($"The pair of '{pair.Key}' was listed without its value. List it without -KeysOnly to copy it.") { Key = pair.Key }
        : new(key, pair.Bytes, Ttl);

    private KvWriteRequest Copy(KvEvent change, string key) => change.Type is KvEventType.Existing or KvEventType.Put
        ? Copy(change.Pair, key)
        : throw new KvInvalidArgumentException($"A {change.Type} event has no value to write. Pass such events to Remove-KvValue.") { Key = change.Key };
}
