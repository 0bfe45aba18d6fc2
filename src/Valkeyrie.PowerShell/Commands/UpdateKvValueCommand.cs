using System.Management.Automation;
using System.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Text.Unicode;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Changes values atomically: reads a value, runs a block that computes the new one, and writes it. If another client has changed the key in between,
/// the command repeats this.</summary>
/// <remarks>The block runs once for each attempt. If it fails, the command reports an error for the key and does not write it.</remarks>
[Cmdlet(VerbsData.Update, "KvValue", DefaultParameterSetName = KeySet, SupportsShouldProcess = true)]
[OutputType(typeof(KvPair))]
public sealed class UpdateKvValueCommand : KvStoreCmdlet
{
    private const string KeySet = "Key";
    private const string PipelineSet = "Pipeline";

    private JsonConversion? _json;
    private ValueBlock? _block;
    private KvUpdateOptions? _options;
    private CmsRecipientCollection? _recipients;
    private X509Certificate2? _certificate;

    /// <summary>The keys.</summary>
    [Parameter(ParameterSetName = KeySet, Mandatory = true, Position = 0)]
    [AllowEmptyString]
    [TextOf("Key")]
    [ArgumentCompleter(typeof(KeyCompleter))]
    public string[] Key { get; set; } = [];

    /// <summary>The keys from the pipeline. A separate parameter, because PowerShell would run a block for a parameter that accepts pipeline input, to compute
    /// a key.</summary>
    [Parameter(ParameterSetName = PipelineSet, Mandatory = true, ValueFromPipeline = true)]
    [AllowEmptyString]
    [TextOf("Key")]
    public string[] InputObject { get; set; } = [];

    /// <summary>Computes the new value from the old one, which is <c>$_</c> and its first argument: text, or null for a key that does not exist. Values are
    /// stored as by Set-KvValue.</summary>
    [Parameter(ParameterSetName = KeySet, Mandatory = true, Position = 1)]
    [Parameter(ParameterSetName = PipelineSet, Mandatory = true, Position = 0)]
    [Alias("Action")]
    public ScriptBlock ScriptBlock { get; set; } = null!;

    /// <summary>Read the old value as JSON and write the new one as JSON.</summary>
    [Parameter]
    public SwitchParameter AsJson { get; set; }

    /// <summary>Pass the old value as a byte array.</summary>
    [Parameter]
    [Alias("AsBytes")]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>Fail for a key that does not exist, instead of creating it.</summary>
    [Parameter]
    public SwitchParameter MustExist { get; set; }

    /// <summary>The number of further attempts if other clients change the key in between. Default: 99.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue - 1)]
    public int MaximumRetryCount { get; set; } = KvUpdateOptions.DefaultAttempts - 1;

    /// <summary>The new time to live of the key, as a TimeSpan or in seconds. Default: its previous time to live.</summary>
    [Parameter]
    [Alias("TimeToLive")]
    [Duration(ShortestMilliseconds = 100, ShortestSpanMilliseconds = 1000)]
    public TimeSpan? Ttl { get; set; }

    /// <summary>Decrypt the old value, which is sealed. Requires -Recipient.</summary>
    [Parameter]
    public SwitchParameter Unprotect { get; set; }

    /// <summary>Seal the new value for these certificates: certificates, files, thumbprints or subjects.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Recipient]
    public CmsMessageRecipient[]? Recipient { get; set; }

    /// <summary>The certificate whose private key decrypts the old value: a certificate, a PFX or PEM file, or the thumbprint or subject of a certificate of
    /// this user. Default: any of this user.</summary>
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

    /// <summary>Emit the written pair.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void Begin()
    {
        base.Begin();
        if (AsJson && AsByteStream)
        {
            Fail(ErrorRecords.InvalidArgument("Specify -AsJson or -AsByteStream, not both."));
        }

        if (Unprotect && Recipient is null)
        {
            Fail(ErrorRecords.InvalidArgument("-Unprotect requires -Recipient: specify the certificates that the new value is sealed for."));
        }

        if (!Unprotect && (Certificate ?? PrivateKey ?? (object?)Password) is not null)
        {
            Fail(ErrorRecords.InvalidArgument("-Certificate, -PrivateKey and -Password require -Unprotect."));
        }

        _recipients = Recipient is null ? null : OrFail(null, () => CertificateArguments.Recipients(Recipient, SessionState));
        if (Unprotect)
        {
            _certificate = OrFail(null, () => Wait(
                new ValueTask<X509Certificate2?>(CertificateArguments.WithPrivateKeyAsync(Certificate, PrivateKey, Password, SessionState, StopToken))));
        }

        _json = new JsonConversion(InvokeCommand);
        _block = new ValueBlock(ScriptBlock, nameof(ScriptBlock), Recipient is null ? null : SessionState);
        _options = new KvUpdateOptions { Attempts = MaximumRetryCount + 1, MustExist = MustExist, Ttl = Ttl };
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (var key in ParameterSetName == KeySet ? Key : InputObject)
        {
            try
            {
                ReportErrors(key, () => Update(key));
            }
            catch (CommandFailedException e)
            {
                // A value that cannot be read is an error of its key only.
                WriteError(e.Error);
            }
        }
    }

    private void Update(string key)
    {
        KeyRules.Check(key);
        if (!ShouldProcess(key, "Update value"))
        {
            return;
        }

        var update = new KvUpdate(Target, key, _options);
        KvPair? written;
        do
        {
            var before = Wait(update.ReadAsync(StopToken));
            var made = _block!.Make(ValueOf(before is null ? null : Opened(before)), key);
            written = Wait(update.TryWriteAsync(BytesOf(made, key), StopToken));
        }
        while (written is null);

        if (PassThru)
        {
            WriteObject(written);
        }
    }

    // A sealed value is useless to the block, and the result of the block would be stored as plain text.
    private KvPair Opened(KvPair pair)
    {
        if (!Unprotect)
        {
            return !SealedValue.Is(pair.GetBytes()) ? pair : throw new KvInvalidArgumentException(
                $"The value of '{pair.Key}' is sealed. To change it, specify -Unprotect, and the certificates that the new value is sealed for with -Recipient. To replace it, use Set-KvValue.") { Key = pair.Key };
        }

        try
        {
            return new KvPair(SealedValue.Open(pair.GetBytes(), _certificate)) { Key = pair.Key };
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            throw new CommandFailedException(ErrorRecords.NotOpened(pair.Key, e));
        }
    }

    private ReadOnlyMemory<byte> BytesOf(object? made, string key)
    {
        if (_recipients is null)
        {
            return AsJson ? JsonOf(made) : ValueBytes.From(made, _json!.ToJson, key);
        }

        var secret = !AsJson && BareWord.Unwrapped(made) is SecureString text ? SealedValue.BytesOf(text) : null;
        try
        {
            return SealedValue.Seal(secret ?? (AsJson ? JsonOf(made) : ValueBytes.From(made, _json!.ToJson, key)), _recipients, key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    // Text is also stored as JSON, with its quotes.
    private byte[] JsonOf(object? made) => System.Text.Encoding.UTF8.GetBytes(made is null ? "null" : _json!.ToJson(made));

    private object? ValueOf(KvPair? pair) => pair switch
    {
        null => null,
        _ when AsByteStream => pair.GetBytes(),
        _ when !Utf8.IsValid(pair.GetBytes()) => throw new KvInvalidArgumentException(
            $"The value of '{pair.Key}' is not text; as text it would lose bytes. Specify -AsByteStream to read it as bytes.") { Key = pair.Key },
        _ when AsJson => Parsed(pair),
        _ => pair.Value,
    };

    private object? Parsed(KvPair pair)
    {
        try
        {
            var parsed = _json!.FromJson(pair.Value);
            return parsed.Count == 1 ? parsed[0] : parsed.ToArray<object?>();
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            throw new CommandFailedException(Unprotect ? ErrorRecords.InvalidSealedJson(pair.Key) : ErrorRecords.InvalidJson(pair.Key, e));
        }
    }
}
