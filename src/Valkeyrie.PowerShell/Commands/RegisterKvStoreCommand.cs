using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Files;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Saves the address of a store under a name, so <c>Connect-KvStore NAME</c> opens it in this session and all later sessions of the user.</summary>
/// <remarks>Passwords are not saved and cannot be specified. The store does not have to exist yet.</remarks>
[Cmdlet(VerbsLifecycle.Register, "KvStore", DefaultParameterSetName = EtcdSet, SupportsShouldProcess = true)]
[OutputType(typeof(KvRegisteredStore))]
public sealed class RegisterKvStoreCommand : KvCmdlet
{
    private const string EtcdSet = "Etcd";
    private const string FileSet = "File";

    /// <summary>The name: letters and digits, and between them also dots, dashes and underscores. Case is ignored.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "";

    /// <summary>The endpoints, as for Connect-KvStore.</summary>
    [Parameter(ParameterSetName = EtcdSet, Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("ComputerName", "Server", "Uri")]
    [ArgumentCompleter(typeof(EndpointCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Endpoint { get; set; } = [];

    /// <summary>The version of etcd's API: 3 (the default) or 2. The schemes etcdv2 and etcdv2s imply 2.</summary>
    [Parameter(ParameterSetName = EtcdSet, ValueFromPipelineByPropertyName = true)]
    [ValidateSet("3", "2")]
    public int ApiVersion { get; set; } = 3;

    /// <summary>The PEM file of the authorities to trust instead of those of the system. Implies TLS.</summary>
    [Parameter(ParameterSetName = EtcdSet, ValueFromPipelineByPropertyName = true)]
    public string? CaCertificate { get; set; }

    /// <summary>The PEM file of the client certificate. Implies TLS.</summary>
    [Parameter(ParameterSetName = EtcdSet, ValueFromPipelineByPropertyName = true)]
    [Alias("Certificate")]
    public string? ClientCertificate { get; set; }

    /// <summary>The PEM file with the private key of the client certificate. Default: the key is in the same file.</summary>
    [Parameter(ParameterSetName = EtcdSet, ValueFromPipelineByPropertyName = true)]
    public string? ClientKey { get; set; }

    /// <summary>The file of an embedded store, which needs no server.</summary>
    [Parameter(ParameterSetName = FileSet, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>A prefix that the store adds to every key and removes again. For a directory, end it with a slash.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string Namespace { get; set; } = "";

    /// <summary>The timeout of one round trip: a TimeSpan or seconds. Default: the default of Connect-KvStore.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("TimeoutSeconds")]
    [Duration]
    public TimeSpan? Timeout { get; set; }

    /// <summary>Replace an existing registration of the same name.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Emit the registered store.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void Process() => ReportErrors(Name, () => ReportFileErrors(StoreRegister.Path, () =>
    {
        var store = Checked();
        if (!ShouldProcess(Name, $"Register the store {store.Address}"))
        {
            return;
        }

        var isNew = true;
        StoreRegister.Change(
            stores =>
            {
                isNew = !stores.Any(s => s.IsNamed(Name));
                return isNew || Force ? [.. stores.Where(s => !s.IsNamed(Name)), store] : null;
            },
            StopToken);
        if (!isNew && !Force)
        {
            WriteError(ErrorRecords.StoreRegistered(Name));
        }
        else if (PassThru)
        {
            WriteObject(store);
        }
    }));

    private KvRegisteredStore Checked()
    {
        if (!KvRegisteredStore.IsName(Name))
        {
            throw new KvInvalidArgumentException($"'{Name}' cannot be the name of a store. Use letters and digits, and between them also dots, dashes and underscores.");
        }

        new KvStoreOptions { Namespace = Namespace, Timeout = Timeout ?? KvStoreOptions.DefaultTimeout }.Check();
        var common = new KvRegisteredStore { Name = Name, Namespace = Namespace, Timeout = Timeout };
        if (ParameterSetName == FileSet)
        {
            return common with { Path = FullPath(Path) };
        }

        var tls = new TlsArguments(CertificateFile(CaCertificate), CertificateFile(ClientCertificate), CertificateFile(ClientKey), SkipCertificateCheck: false);

        // The file is read now, so a wrong file shows here and not in a later session.
        tls.Read(SessionState.Path);
        var endpoints = EndpointArguments.Parse(Endpoint, ApiVersion, tls.Given);
        return endpoints.ApiVersion is null && !ConsulEndpoints.IsOne(endpoints.Address) && !ZooKeeperEndpoints.IsOne(endpoints.Address)
            ? throw new KvInvalidArgumentException($"'{endpoints.Address}' is not an endpoint of etcd, Consul or ZooKeeper. To register a store in a file, specify -Path.")
            : common with
            {
                Endpoint = [.. Endpoint.SelectMany(e => e.Split(',', StringSplitOptions.TrimEntries))],
                ApiVersion = endpoints.ApiVersion,
                CaCertificate = (string?)tls.CaCertificate,
                ClientCertificate = (string?)tls.ClientCertificate,
                ClientKey = tls.ClientKey,
            };
    }

    private string? CertificateFile(string? path) => string.IsNullOrEmpty(path) ? null : FullPath(path);

    private string FullPath(string path) => FileTarget.PathOf(this, path);
}
