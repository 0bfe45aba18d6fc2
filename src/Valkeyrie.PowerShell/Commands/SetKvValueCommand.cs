using System.Collections.Concurrent;
using System.Management.Automation;
using System.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Files;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Sessions;
using Valkeyrie.PowerShell.Trees;
using Valkeyrie.PowerShell.Trees.Formats;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>One write of Set-KvValue.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value.</param>
/// <param name="Ttl">The time to live; null for none.</param>
/// <param name="IsSealed">True if the value is already sealed.</param>
public readonly record struct KvWriteRequest(string Key, ReadOnlyMemory<byte> Value, TimeSpan? Ttl, bool IsSealed = false);

/// <summary>Writes values.</summary>
[Cmdlet(VerbsCommon.Set, "KvValue", DefaultParameterSetName = InputSet, SupportsShouldProcess = true)]
[OutputType(typeof(KvPair))]
public sealed class SetKvValueCommand : KvRequestCmdlet<KvWriteRequest, KvPair>
{
    private const string KeySet = "Key";
    // The default set: PowerShell tries it first, and then no other parameter. Trying Key and Value for each object took a quarter of the time of a long pipeline.
    private const string InputSet = "InputObject";

    private static readonly object NoValue = new();

    // Stores report warnings on their own threads.
    private readonly ConcurrentQueue<KvWarning> _warnings = new();

    private JsonConversion? _json;
    private long? _atRevision;
    private bool _keyGiven;
    private bool _warnedOfEmptyPart;
    private bool _warnedOfEncoding;
    private bool _oneKey;
    private KvWriteRequest? _onlyValue;
    private bool _valueGiven;
    private ValueBlock? _valueBlock;
    private byte[]? _fileContent;
    private ValueBlock? _fileBlock;
    private PipedTtl? _ttl;
    private bool _takesPiped;
    private CmsRecipientCollection? _recipients;

    /// <summary>The key. A script block specifies another key for piped pairs and events: <c>-Key { $_.Key -replace '^old/', 'new/' }</c>.</summary>
    [Parameter(ParameterSetName = KeySet, Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [TextOf("Key")]
    [ArgumentCompleter(typeof(KeyCompleter))]
    public string Key { get; set; } = "";

    /// <summary>The value: text is stored as UTF-8, bytes are stored unchanged; numbers, dates and similar objects in their culture-invariant form, and
    /// anything else as JSON. A script block computes the value for each piped object: <c>-Value { $_.Setting }</c>. If only the key is specified, the value is
    /// the piped object: <c>Get-Content -Raw FILE | Set-KvValue KEY</c>. A second piped object is refused, and nothing is written.</summary>
    [Parameter(ParameterSetName = KeySet, Position = 1, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public object? Value { get; set; } = NoValue;

    /// <summary>The path of the file whose bytes are the value. Wildcards are not expanded. A script block computes the path for each piped object:
    /// <c>Get-ChildItem *.pem | Set-KvValue -Key { "certs/$($_.Name)" } -InFile { $_ }</c>.</summary>
    [Parameter(ParameterSetName = KeySet)]
    [Alias("Path", "LiteralPath", "FilePath")]
    [ValidateNotNullOrEmpty]
    public object? InFile { get; set; }

    /// <summary>What to write: a pair from Get-KvValue or Get-KvTree, an event of a watch, or any object with the properties Key and Value.</summary>
    [Parameter(ParameterSetName = InputSet, Mandatory = true, ValueFromPipeline = true)]
    [AllowNull]
    public object? InputObject { get; set; }

    /// <summary>The piped object if a key or a value is an argument; not intended as an argument. An event of a watch, or a pair that is written to another key,
    /// must not be bound by its property Value, which loses bytes that are not text. Not typed: for any other object PowerShell would try, slowly, to convert it
    /// to a pair.</summary>
    [Parameter(ParameterSetName = KeySet, ValueFromPipeline = true, DontShow = true)]
    public object? PipedObject { get; set; }

    /// <summary>Create a directory. On etcd v2, which has real directories, the directory is created, a value is not stored, and a warning is written. On any
    /// other store the pair is written as usual; without a value, with an empty one.</summary>
    [Parameter(ParameterSetName = KeySet)]
    public SwitchParameter Directory { get; set; }

    /// <summary>The time to live of the key, as a TimeSpan or in seconds; a fraction of a second is rounded up. A script block computes it for each piped object. Default: the
    /// property Ttl or TimeToLive of the piped object; without one the key does not expire.</summary>
    /// <remarks>See <see cref="PipedTtl"/> for why PowerShell does not bind those properties.</remarks>
    [Parameter]
    [Alias("TimeToLive")]
    [Duration(ShortestMilliseconds = PipedTtl.Shortest, ShortestSpanMilliseconds = PipedTtl.ShortestSpan, AllowBlock = true)]
    public object? Ttl { get; set; }

    /// <summary>The lease to attach the key to: the output of New-KvLease, or its id. It cannot be combined with -Ttl.</summary>
    [Parameter(ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = InputSet)]
    [Alias("LeaseId")]
    [LeaseId]
    [ArgumentCompleter(typeof(LeaseCompleter))]
    public long Lease { get; set; }

    /// <summary>Seal the value for these certificates, so only a user with one of their private keys can read it: certificates, files, thumbprints or subjects,
    /// as for Protect-CmsMessage. The value can then also be a SecureString.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Recipient]
    public CmsMessageRecipient[]? Recipient { get; set; }

    /// <summary>Keep the key alive until the store is disconnected. Requires -Ttl.</summary>
    [Parameter]
    public SwitchParameter KeepAlive { get; set; }

    /// <summary>Write only if the key does not exist.</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Write only if the key is still at this revision; 0 means that it must not exist.</summary>
    [Parameter]
    public long IfRevision { get; set; }

    /// <summary>Emit the written pair.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    private protected override bool CanBeRecorded => true;

    /// <inheritdoc/>
    private protected override bool CanGather =>
        !new[] { nameof(Ttl), nameof(Lease), nameof(KeepAlive), nameof(Directory), nameof(NoClobber), nameof(IfRevision) }.Any(MyInvocation.BoundParameters.ContainsKey);

    // The switch has an effect only if the store has real directories.
    private bool MakesDirectory => Directory && Target.Info.Promises.RealDirectories;

    /// <inheritdoc/>
    protected override void Begin()
    {
        base.Begin();
        _keyGiven = MyInvocation.BoundParameters.TryGetValue(nameof(Key), out var key);

        // A plain key, not a script block that computes a key for each object.
        _oneKey = key is string;
        _valueGiven = MyInvocation.BoundParameters.ContainsKey(nameof(Value));

        // PowerShell runs such a block only for a parameter whose type is not object.
        _valueBlock = BlockIn(Value, nameof(Value));
        _fileBlock = BlockIn(InFile, nameof(InFile));
        _recipients = Recipient is null ? null : OrFail(null, () => CertificateArguments.Recipients(Recipient, SessionState));
        var ttlBlock = BlockIn(Ttl, nameof(Ttl));
        if (ttlBlock is null && Ttl is ScriptBlock)
        {
            Fail(ErrorRecords.InvalidArgument("A script block of -Ttl runs for piped objects only. Specify a number of seconds or a TimeSpan."));
        }

        _ttl = new PipedTtl(Ttl as TimeSpan?, MyInvocation.BoundParameters.ContainsKey(nameof(Ttl)), ttlBlock);
        var hasRevision = MyInvocation.BoundParameters.ContainsKey(nameof(IfRevision));
        if (hasRevision && NoClobber)
        {
            Fail(ErrorRecords.InvalidArgument("Specify -NoClobber or -IfRevision, not both."));
        }

        if (Lease == 0 && MyInvocation.BoundParameters.ContainsKey(nameof(Lease)))
        {
            Fail(ErrorRecords.InvalidArgument("-Lease must not be 0, which stands for no lease. Specify a lease from New-KvLease, or omit -Lease."));
        }

        if (InFile is not null && (_valueGiven || Directory))
        {
            Fail(ErrorRecords.InvalidArgument($"Specify -InFile or {(Directory ? "-Directory" : "-Value")}, not both."));
        }

        // Once for all keys, and before the first write.
        _fileContent = InFile is null || _fileBlock is not null ? null : ReadFile(PathIn(InFile));
        _atRevision = hasRevision ? IfRevision : NoClobber ? 0 : null;
        _json = new JsonConversion(InvokeCommand);
    }

    /// <inheritdoc/>
    protected override void ProcessInput()
    {
        KvWriteRequest request;
        _takesPiped = false;
        try
        {
            request = ParameterSetName == InputSet ? FromInput() : FromKey();
        }
        catch (KvException e) when (Recording is null)
        {
            WriteError(ErrorRecords.From(e));
            return;
        }
        catch (CommandFailedException e) when (_fileBlock is not null && Recording is null)
        {
            // The file for one of several keys.
            WriteError(e.Error);
            return;
        }

        if (_oneKey && _takesPiped)
        {
            HoldOnlyValue(request);
            return;
        }

        Put(request);
    }

    /// <inheritdoc/>
    protected override void Complete()
    {
        if (_onlyValue is { } request)
        {
            Put(request);
        }

        base.Complete();
    }

    private void Put(KvWriteRequest request)
    {
        if (_keyGiven && !Directory && !_warnedOfEmptyPart)
        {
            WarnOfEmptyPart(request.Key);
        }

        if (_recipients is not null && !request.IsSealed && !TrySeal(ref request))
        {
            return;
        }

        if (ShouldProcess(request.Key, MakesDirectory ? "Create directory" : "Set value"))
        {
            Request(request.Key, request);
        }
    }

    // Such a key is legal, but more often a typo: { "svc/$($_.Nam)" } writes svc/ for each object. A leading slash is customary on etcd.
    private void WarnOfEmptyPart(string key)
    {
        var fault = key.Length > 1 && key.EndsWith(KeyRules.Separator) ? "ends with a slash" : key.AsSpan(Math.Min(1, key.Length)).Contains("//", StringComparison.Ordinal) ? "has two slashes in a row" : null;
        if (fault is not null)
        {
            _warnedOfEmptyPart = true;
            WriteWarning($"The key '{key}' {fault}. It is written as it is; check the spelling if that is not intended. This command warns once.");
        }
    }

    private bool TrySeal(ref KvWriteRequest request)
    {
        try
        {
            request = request with { Value = Sealed(request.Value, request.Key), IsSealed = true };
            return true;
        }
        catch (KvInvalidArgumentException e) when (Recording is null)
        {
            WriteError(ErrorRecords.From(e));
            return false;
        }
    }

    /// <inheritdoc/>
    protected override ValueTask<KvPair> Send(KvWriteRequest request)
    {
        var options = request.Ttl is null && Lease == 0 && !KeepAlive && !Directory
            ? null
            : new KvPutOptions
            {
                Ttl = request.Ttl,
                LeaseId = OptionalNumber.Of(Lease),
                KeepAlive = KeepAlive,
                Lost = KeepAlive ? KeepAliveLosses.RecorderOf(Target) : null,
                Directory = Directory,
                Warn = _warnings.Enqueue,
            };
        return _atRevision is { } revision
            ? Target.AtomicPutAsync(request.Key, request.Value, revision, options, StopToken)
            : options is null ? new(Writer.PutAsync(request.Key, request.Value))
            : Target.PutAsync(request.Key, request.Value, options, StopToken);
    }

    /// <inheritdoc/>
    private protected override KvOperation ToOperation(KvWriteRequest request)
    {
        KeyRules.Check(request.Key);
        var refusal = (request.Ttl, KeepAlive, MakesDirectory, _atRevision) switch
        {
            (not null, _, _, _) or (_, { IsPresent: true }, _, _) => "-Ttl and -KeepAlive are not supported in a transaction. Create a lease with New-KvLease first, and specify it with -Lease.",
            (_, _, true, _) => "-Directory is not supported in a transaction.",
            (_, _, _, not null) => "-NoClobber and -IfRevision are not supported in a transaction. Specify a condition instead: -If (New-KvCondition KEY -Missing), or -Revision N.",
            _ => null,
        };
        return refusal is null
            ? new KvOperation.Put(request.Key, request.Value, OptionalNumber.Of(Lease))
            : throw new KvInvalidArgumentException(refusal) { Key = request.Key };
    }

    /// <inheritdoc/>
    protected override void Answer(KvWriteRequest request, KvPair answer)
    {
        while (_warnings.TryDequeue(out var warning))
        {
            WriteWarning(warning.Message);
        }

        if (PassThru)
        {
            WriteObject(answer);
        }
    }

    private ValueBlock? BlockIn(object? argument, string parameter) =>
        MyInvocation.ExpectingInput && BareWord.Unwrapped(argument) is ScriptBlock block ? new ValueBlock(block, parameter, Recipient is null ? null : SessionState) : null;

    private static string PathIn(object? file) => BareWord.Unwrapped(file) is FileInfo { FullName: var path } ? path : LanguagePrimitives.ConvertTo<string>(file);

    private byte[] ReadFile(string path)
    {
        try
        {
            return OrFail(path, () => Wait(new ValueTask<byte[]>(FileContent.ReadAsync(FileTarget.PathOf(this, path), TreePlace.In(Target, KvRange.All).LargestValue, StopToken))));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fail(ErrorRecords.FileFailed(e, path));
            throw;
        }
    }

    private KvWriteRequest FromInput()
    {
        if (BareWord.Unwrapped(InputObject) is KvPair pair)
        {
            return Copy(pair, pair.Key, _ttl!.OfCopy(InputObject, pair.Key));
        }

        PipedObject = InputObject;
        (Key, Value) = PipedRow.Read(InputObject, NoValue);
        return FromKey();
    }

    private KvWriteRequest FromKey()
    {
        if (_fileContent is not null || _fileBlock is not null)
        {
            return new(Key, _fileContent ?? ReadFile(PathIn(_fileBlock!.Make(PipedObject, Key))), TtlOf(Key));
        }

        if (_valueGiven)
        {
            return Write(_valueBlock is null ? Value : _valueBlock.Make(PipedObject, Key));
        }

        return PipedObject is PSObject { BaseObject: PSCustomObject } row ? FromRow(row) : FromObject(BareWord.Unwrapped(PipedObject));
    }

    private KvWriteRequest FromRow(PSObject row)
    {
        var typeNames = row.TypeNames;
        if (DeserializedPair.Revive(row, typeNames) is { } revived)
        {
            return FromObject(revived);
        }

        if (EncodedRecord.PairIn(row, Value) is { } record)
        {
            return Copy(record, _keyGiven ? Key : record.Key);
        }

        return !_warnedOfEncoding && EncodedRecord.MayLackEncoding(row, typeNames, Value) ? WarnOfEncoding(Write(Value)) : FromObject(row);
    }

    private KvWriteRequest FromObject(object? piped) => piped switch
    {
        KvPair pair => CopyPiped(pair),
        KvEvent change => Copy(change, Key),
        _ => Write(Value == NoValue ? PipedValue(piped) : Value),
    };

    private KvWriteRequest WarnOfEncoding(KvWriteRequest request)
    {
        _warnedOfEncoding = true;
        WriteWarning(
            $"The Value of the selected pair '{request.Key}' is stored as text. If it is the Base64 of bytes, select Encoding as well: Select-Object Key, Value, Encoding. This command warns once.");
        return request;
    }

    private KvWriteRequest CopyPiped(KvPair pair)
    {
        _takesPiped = true;
        return Copy(pair, Key);
    }

    private object? PipedValue(object? piped)
    {
        if (!MyInvocation.ExpectingInput || HoldsKey(piped))
        {
            if (Directory)
            {
                return "";
            }

            throw new KvInvalidArgumentException(
                $"No value was specified for the key '{Key}'. Specify the value after the key, or specify the key and pipe the value. To store an empty value, specify ''.") { Key = Key };
        }

        if (piped is byte)
        {
            // One error for all objects, however many there are.
            Fail(ErrorRecords.InvalidArgument(
                $"The value of '{Key}' was piped byte by byte. Specify all bytes with -Value, or pipe them as one array: , $bytes | Set-KvValue KEY.", Key));
        }

        _takesPiped = true;
        return PipedObject;
    }

    // A value is not written before it is known to be the only one: a second one would silently replace it.
    private void HoldOnlyValue(KvWriteRequest request)
    {
        if (_onlyValue is not null)
        {
            _onlyValue = null;
            Fail(ErrorRecords.InvalidArgument(
                $"Several values were piped for the one key '{Key}'. Nothing was written. For lines, use Get-Content -Raw, or join them: "
                + "($lines -join \"`n\"). To write one after another, use ForEach-Object { Set-KvValue KEY $_ }.", Key));
        }

        _onlyValue = request;
    }

    private KvWriteRequest Write(object? value) => _recipients is not null && BareWord.Unwrapped(value) is SecureString secret
        ? SealSecret(secret)
        : new(Key, ValueBytes.From(value, _json!.ToJson, Key), TtlOf(Key));

    // At once, so that its text does not stay in memory.
    private KvWriteRequest SealSecret(SecureString secret)
    {
        var bytes = SealedValue.BytesOf(secret);
        try
        {
            return new(Key, Sealed(bytes, Key), TtlOf(Key), IsSealed: true);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private byte[] Sealed(ReadOnlyMemory<byte> value, string key)
    {
        if (SealedValue.Is(value.Span))
        {
            throw new KvInvalidArgumentException(
                $"The value of '{key}' is already sealed. To seal it for other certificates, use Update-KvValue {ArgumentText.Of(key)} {{ $_ }} -Unprotect -Recipient CERTIFICATE. To copy it as it is, omit -Recipient.")
            {
                Key = key,
            };
        }

        return SealedValue.Seal(value, _recipients!, key);
    }

    // True if the key can come from the piped object, rather than from the command line or a script block.
    private bool HoldsKey(object? piped) => !_keyGiven && piped is not null
        && (PSObject.AsPSObject(piped).Properties[nameof(Key)] is not null || LanguagePrimitives.ConvertTo<string>(piped) == Key);

    private static KvWriteRequest Copy(KvPair pair, string key, TimeSpan? ttl) => pair.KeyOnly
        ? throw new KvInvalidArgumentException($"The pair of '{pair.Key}' was listed without its value. List it without -KeysOnly to copy it.") { Key = pair.Key }
        : new(key, pair.GetBytes(), ttl);

    private KvWriteRequest Copy(KvPair pair, string key) => Copy(pair, key, TtlOf(key));

    private TimeSpan? TtlOf(string key) => _ttl!.Of(PipedObject, key);

    private KvWriteRequest Copy(KvEvent change, string key) => change.Type is KvEventType.Existing or KvEventType.Put
        ? Copy(change.Pair, key)
        : throw new KvInvalidArgumentException($"A {change.Type} event has no value to write. Pass these events to Remove-KvValue.") { Key = change.Key };
}
