using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Unicode;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Files;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Reads values by their keys.</summary>
/// <remarks>In the blocks of a transaction it emits nothing: the result of the transaction contains the pair.</remarks>
[Cmdlet(VerbsCommon.Get, "KvValue", DefaultParameterSetName = PairSet, SupportsShouldProcess = true)]
[OutputType(typeof(KvPair), typeof(string), typeof(byte[]), ParameterSetName = [PairSet])]
[OutputType(typeof(string), ParameterSetName = [TextSet])]
[OutputType(typeof(SecureString), ParameterSetName = [SecureSet])]
[OutputType(typeof(byte[]), ParameterSetName = [BytesSet])]
[OutputType(typeof(PSObject), ParameterSetName = [JsonSet])]
public sealed class GetKvValueCommand : KvKeyCmdlet<KvPair?>
{
    private const string PairSet = "Pair";
    private const string TextSet = "Text";
    private const string BytesSet = "Bytes";
    private const string JsonSet = "Json";
    private const string SecureSet = "SecureString";
    private const string FileSet = "File";

    private KvReadOptions? _options;
    private bool _hasDefault;
    private byte[]? _defaultBytes;
    private Func<KvPair, IEnumerable<object>>? _output;
    private JsonConversion? _json;
    private string? _keyOfFile;
    private KvPair? _ofFile;
    private X509Certificate2? _certificate;

    /// <summary>Read at this older revision. Default: the newest.</summary>
    [Parameter]
    public long Revision { get; set; }

    /// <summary>Let any member answer from its own state. This is faster, and the result can be stale.</summary>
    [Parameter]
    public SwitchParameter Serializable { get; set; }

    /// <summary>The output for a key that does not exist, instead of an error: as a pair with revision 0, or as the value only if the value is requested. Null
    /// emits null.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public object? Default { get; set; }

    /// <summary>Also read the key's time to live and its remaining time.</summary>
    [Parameter(ParameterSetName = PairSet)]
    public SwitchParameter IncludeTtl { get; set; }

    /// <summary>Wait until the key exists.</summary>
    [Parameter]
    public new SwitchParameter Wait { get; set; }

    /// <summary>How long to wait with -Wait: a TimeSpan or seconds. Default: without a limit.</summary>
    [Parameter]
    [Alias("TimeoutSeconds")]
    [Duration]
    public TimeSpan? Timeout { get; set; }

    /// <summary>Emit only the value, as text.</summary>
    [Parameter(ParameterSetName = TextSet, Mandatory = true)]
    [Alias("Raw")]
    public SwitchParameter ValueOnly { get; set; }

    /// <summary>Open a value that was sealed for a certificate of this user, and emit it as text, or as a byte array if it is not text. With -OutFile,
    /// -AsByteStream, -AsJson or -ValueOnly: in that form.</summary>
    /// <remarks>In every parameter set: with a set of its own, PowerShell could not choose one for keys from the pipeline.</remarks>
    [Parameter]
    public SwitchParameter Unprotect { get; set; }

    /// <summary>Open such a value, and emit it as a SecureString.</summary>
    [Parameter(ParameterSetName = SecureSet, Mandatory = true)]
    public SwitchParameter AsSecureString { get; set; }

    /// <summary>The certificate whose private key opens the value: a certificate, a PFX or PEM file, or the thumbprint or subject of a certificate of this
    /// user. Default: any of this user.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Certificate { get; set; }

    /// <summary>The PEM file with the private key of the certificate. Default: the file of the certificate.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? PrivateKey { get; set; }

    /// <summary>The password of the file with the private key.</summary>
    [Parameter]
    [Secret]
    public SecureString? Password { get; set; }

    /// <summary>Emit only the value, as one byte array.</summary>
    [Parameter(ParameterSetName = BytesSet, Mandatory = true)]
    [Alias("AsBytes")]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>Read the value as JSON and emit the resulting objects.</summary>
    [Parameter(ParameterSetName = JsonSet, Mandatory = true)]
    public SwitchParameter AsJson { get; set; }

    /// <summary>Write the unchanged bytes of the value to this file, instead of emitting them. An existing file is replaced after the new one is
    /// complete.</summary>
    [Parameter(ParameterSetName = FileSet, Mandatory = true)]
    [Alias("FilePath")]
    [ValidateNotNullOrEmpty]
    public string OutFile { get; set; } = "";

    /// <summary>Do not replace an existing file.</summary>
    [Parameter(ParameterSetName = FileSet)]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Replace the file even if it is read-only.</summary>
    [Parameter(ParameterSetName = FileSet)]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    private protected override bool CanBeRecorded => true;

    private bool Opens => Unprotect || ParameterSetName == SecureSet;

    /// <inheritdoc/>
    protected override void Begin()
    {
        base.Begin();
        _options = new KvReadOptions { Revision = OptionalNumber.Of(Revision), Serializable = Serializable };
        _json = new JsonConversion(InvokeCommand);
        _hasDefault = MyInvocation.BoundParameters.ContainsKey(nameof(Default));
        _defaultBytes = Default is null ? null : OrFail(null, () => ValueBytes.From(Default, _json.ToJson, "")).ToArray();
        _output = ParameterSetName == PairSet ? PairOutput.For(this) : null;
        CheckWait();
        if (IncludeTtl && Unprotect)
        {
            Fail(ErrorRecords.InvalidArgument("Specify -IncludeTtl or -Unprotect, not both: -Unprotect emits only the value, without the time to live."));
        }

        if (!Opens && (Certificate ?? PrivateKey ?? (object?)Password) is not null)
        {
            Fail(ErrorRecords.InvalidArgument("-Certificate, -PrivateKey and -Password require -Unprotect or -AsSecureString."));
        }

        if (Opens)
        {
            _certificate = OrFail(null, () => base.Wait(
                new ValueTask<X509Certificate2?>(CertificateArguments.WithPrivateKeyAsync(Certificate, PrivateKey, Password, SessionState, StopToken))));
        }
    }

    /// <inheritdoc/>
    protected override void Complete()
    {
        base.Complete();
        if (_ofFile is { } pair)
        {
            ReportFileErrors(OutFile, () => WriteFile(pair));
        }
    }

    // A file holds one value: chance must not decide which of two values is in it.
    private protected override bool IsWanted(string key)
    {
        if (Wait)
        {
            WarnOfWildcard(key);
        }

        if (ParameterSetName == FileSet && Recording is null)
        {
            if (_keyOfFile is not null)
            {
                _ofFile = null;
                Fail(ErrorRecords.InvalidArgument($"Several keys cannot be written to the one file '{OutFile}'. Nothing was written. Use ForEach-Object {{ Get-KvValue $_ -OutFile FILE }}, or Export-KvTree.", key));
            }

            _keyOfFile = key;
        }

        return true;
    }

    private void WriteFile(KvPair pair)
    {
        var path = FileTarget.PathOf(this, OutFile);
        if (!ShouldProcess(path, $"Write the value of '{pair.Key}'"))
        {
            return;
        }

        // The file of a secret is private, too.
        using var target = Blocking.For(FileTarget.OpenAsync(path, NoClobber, Force, ownerOnly: Unprotect, StopToken));
        target.Write(stream => stream.Write(pair.GetBytes()));
        target.Commit();
    }

    private void CheckWait()
    {
        var given = MyInvocation.BoundParameters;
        if (given.ContainsKey(nameof(Revision)) && (Wait || IncludeTtl))
        {
            Fail(ErrorRecords.InvalidArgument(Wait
                ? "Specify -Wait or -Revision, not both: an older revision does not change."
                : "Specify -IncludeTtl or -Revision, not both: the remaining time to live is known only for the newest revision."));
        }

        if (given.ContainsKey(nameof(Timeout)) && !Wait)
        {
            Fail(ErrorRecords.InvalidArgument("-Timeout requires -Wait. It limits how long to wait for a key to exist."));
        }
    }

    /// <inheritdoc/>
    protected override ValueTask<KvPair?> Send(string request) => IncludeTtl ? SendWithTtl(request) : Read(request);

    private ValueTask<KvPair?> Read(string request) =>
        Wait ? SendUntilThere(request) : Revision == 0 ? Target.TryGetAsync(request, _options, StopToken) : SendForOlder(request);

    private async ValueTask<KvPair?> SendWithTtl(string key) => await Read(key).ConfigureAwait(false) is { } pair
        ? await Target.WithLifetimeAsync(pair, StopToken).ConfigureAwait(false)
        : null;

    private async ValueTask<KvPair?> SendUntilThere(string key)
    {
        try
        {
            return await Target.WaitAsync(key, static pair => pair is not null, Timeout, StopToken).ConfigureAwait(false);
        }
        catch (KvWaitTimeoutException) when (_hasDefault)
        {
            return null;
        }
    }

    // For a key that did not exist yet, the error contains its first revision.
    private async ValueTask<KvPair?> SendForOlder(string key) => _hasDefault
        ? await Target.TryGetAsync(key, _options, StopToken).ConfigureAwait(false)
        : await Target.GetAsync(key, _options, StopToken).ConfigureAwait(false);

    /// <inheritdoc/>
    private protected override KvOperation ToOperation(string request) => Wait || _hasDefault || IncludeTtl || ParameterSetName == FileSet
        ? throw new KvInvalidArgumentException("-Wait, -Default, -IncludeTtl and -OutFile are not supported in a transaction.") { Key = request }
        : new KvOperation.Read(KvRange.Key(request)) { Revision = OptionalNumber.Of(Revision), Serializable = Serializable };

    /// <inheritdoc/>
    protected override void Answer(string request, KvPair? answer)
    {
        if (answer is null && _hasDefault)
        {
            WriteDefault(request);
            return;
        }

        if (answer is null)
        {
            WriteError(ErrorRecords.From(new KvKeyNotFoundException(request, Target.Info.Address)));
            return;
        }

        if (!Opens)
        {
            Write(answer);
        }
        else if (TryOpen(answer) is { } opened)
        {
            Write(opened);
        }
    }

    private void Write(KvPair answer)
    {
        switch (ParameterSetName)
        {
            case TextSet: WriteObject(answer.Value); break;
            case BytesSet: WriteObject(answer.GetBytes(), enumerateCollection: false); break;
            case JsonSet: WriteJson(answer); break;
            case PairSet when Unprotect: WriteObject(Utf8.IsValid(answer.GetBytes()) ? answer.Value : answer.GetBytes(), enumerateCollection: false); break;
            case SecureSet: WriteSecure(answer); break;
            case FileSet: _ofFile = answer; break;
            case PairSet when _output is not null: WriteObject(_output(answer), enumerateCollection: true); break;
            default: WriteObject(IncludeTtl ? PairOutput.WithLifetime(answer) : answer); break;
        }
    }

    // As if it were stored. For -AsJson, the default already is the object to emit.
    private void WriteDefault(string key)
    {
        if (_defaultBytes is null || ParameterSetName is JsonSet or SecureSet || (ParameterSetName == PairSet && Unprotect))
        {
            if (ParameterSetName != FileSet)
            {
                WriteObject(Default, enumerateCollection: ParameterSetName == JsonSet);
            }

            return;
        }

        Write(new KvPair(_defaultBytes) { Key = key });
    }

    private KvPair? TryOpen(KvPair pair)
    {
        try
        {
            return new KvPair(SealedValue.Open(pair.GetBytes(), _certificate)) { Key = pair.Key, Revision = pair.Revision };
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            WriteError(ErrorRecords.NotOpened(pair.Key, e));
            return null;
        }
    }

    private void WriteSecure(KvPair pair)
    {
        if (!Utf8.IsValid(pair.GetBytes()))
        {
            WriteError(ErrorRecords.From(new KvInvalidArgumentException(
                $"The value of '{pair.Key}' is not text, and a SecureString can contain only text. Use -Unprotect, which emits bytes, or -Unprotect -OutFile.") { Key = pair.Key }));
            return;
        }

        var text = Encoding.UTF8.GetChars(pair.GetBytes());
        var secret = new SecureString();
        Array.ForEach(text, secret.AppendChar);
        Array.Clear(text);
        secret.MakeReadOnly();
        WriteObject(secret);
    }

    private void WriteJson(KvPair pair)
    {
        Collection<PSObject> parsed;
        try
        {
            parsed = _json!.FromJson(Encoding.UTF8.GetString(pair.GetBytes()));
        }
        catch (RuntimeException e)
        {
            WriteError(Opens ? ErrorRecords.InvalidSealedJson(pair.Key) : ErrorRecords.InvalidJson(pair.Key, e));
            return;
        }

        WriteObject(parsed, enumerateCollection: true);
    }
}
