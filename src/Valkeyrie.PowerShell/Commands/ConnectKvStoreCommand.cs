using System.Management.Automation;
using System.Net;
using System.Security;
using Valkeyrie.Consul;
using Valkeyrie.Embedded;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Files;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Opens a store and makes it the current store of the session.</summary>
/// <remarks>The command sends one request to the server, so a wrong host or password shows immediately and not at the first key. After a failure no store is
/// current.</remarks>
[Cmdlet(VerbsCommunications.Connect, "KvStore", DefaultParameterSetName = EtcdSet)]
[OutputType(typeof(KvConnection))]
public sealed class ConnectKvStoreCommand() : KvTargetCmdlet("Connect-KvStore")
{
    private const string EtcdSet = "Etcd";
    private const string FileSet = "File";
    private const string MemorySet = "Memory";

    /// <summary>The name of a store that Register-KvStore saved; such a name precedes a host of the same name. Or the endpoints: host, host:port,
    /// http://host:port, or https://host:port for TLS; the default port is 2379. Or one address of a store as Get-KvStore shows it: for Consul
    /// consul://host:8500, consuls://host:8501 for TLS, or consul:// without a host for the value of CONSUL_HTTP_ADDR; for ZooKeeper
    /// zookeeper://host:2181,host2:2181/chroot, or zookeepers:// for TLS. Default: the value of ETCDCTL_ENDPOINTS, or http://127.0.0.1:2379 if it is not
    /// set.</summary>
    [Parameter(ParameterSetName = EtcdSet, Position = 0, ValueFromPipeline = true)]
    [Alias("ComputerName", "Server", "Uri")]
    [ArgumentCompleter(typeof(EndpointCompleter))]
    public string[]? Endpoint { get; set; }

    /// <summary>The version of etcd's API: 3 (the default) or 2. The schemes etcdv2 and etcdv2s imply 2.</summary>
    [Parameter(ParameterSetName = EtcdSet)]
    [ValidateSet("3", "2")]
    public int ApiVersion { get; set; } = 3;

    /// <summary>The user and password. Default: the value of ETCDCTL_USER if no endpoint is specified; otherwise none.</summary>
    [Parameter(ParameterSetName = EtcdSet)]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>The token for Consul. Default: the token of CONSUL_HTTP_TOKEN or CONSUL_HTTP_TOKEN_FILE if the address is consul:// without a host; otherwise
    /// none.</summary>
    [Parameter(ParameterSetName = EtcdSet)]
    [ValidateNotNull]
    [Secret]
    public SecureString? Token { get; set; }

    /// <summary>The authorities to trust instead of those of the system: a PEM file, or certificates. Implies TLS.</summary>
    [Parameter(ParameterSetName = EtcdSet)]
    [ValidateNotNullOrEmpty]
    public object? CaCertificate { get; set; }

    /// <summary>The client certificate: a PEM file, or a certificate with its private key. Implies TLS.</summary>
    [Parameter(ParameterSetName = EtcdSet)]
    [Alias("Certificate")]
    [ValidateNotNullOrEmpty]
    public object? ClientCertificate { get; set; }

    /// <summary>The PEM file with the private key of the client certificate. Default: the key is in the same file.</summary>
    [Parameter(ParameterSetName = EtcdSet)]
    [ValidateNotNullOrEmpty]
    public string? ClientKey { get; set; }

    /// <summary>Accept any server certificate. Use this only for tests: anyone on the network path can then read and change all data.</summary>
    [Parameter(ParameterSetName = EtcdSet)]
    public SwitchParameter SkipCertificateCheck { get; set; }

    /// <summary>The file of an embedded store, which needs no server. The file is created if it does not exist; its folder must exist. All processes of the
    /// machine can use it at the same time.</summary>
    [Parameter(ParameterSetName = FileSet, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Open a new embedded store in memory. Its data is lost when the store is disconnected.</summary>
    [Parameter(ParameterSetName = MemorySet, Mandatory = true)]
    public SwitchParameter InMemory { get; set; }

    /// <summary>A prefix that the store adds to every key and removes again. For a directory, end it with a slash.</summary>
    [Parameter]
    [AllowEmptyString]
    public string Namespace { get; set; } = "";

    /// <summary>The timeout of one round trip: a TimeSpan or seconds. Default: 10 seconds.</summary>
    [Parameter]
    [Alias("TimeoutSeconds")]
    [Duration]
    public TimeSpan? Timeout { get; set; }

    /// <summary>The name for -Store. The name of an open store of this session requires -Force. Default: host and port of the first endpoint,
    /// with a number if a store already has this name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>Close the open store of the same -Name after the new one is connected.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        LeaveCurrent();
        if (Name is not null && !Force && OpenStores.FindOwn(Name) is { } open)
        {
            Fail(ErrorRecords.StoreOpen(open.Name, open.Address));
        }

        var connection = ParameterSetName switch
        {
            FileSet => OrFail(Path, () => OpenFile(FileTarget.PathOf(this, Path), Options(null), null)),
            MemorySet => OrFail(null, () => Connect(EmbeddedStore.OpenInMemory(options: Options(null)), Name ?? OpenStores.UnusedName("memory"))),
            _ => OrFail(Endpoint, OpenNamed),
        };
        Use(connection);
        WriteObject(connection);
    }

    private KvConnection OpenNamed()
    {
        if (!IsGiven(nameof(Endpoint)))
        {
            var environment = EtcdEnvironment.Read();
            if (environment.Unheard.Count > 0)
            {
                WriteWarning($"These environment variables are set, but not used: {string.Join(", ", environment.Unheard)}.");
            }

            var options = Options(null) with { Timeout = Timeout ?? environment.Timeout ?? KvStoreOptions.DefaultTimeout };
            return OpenServer(environment, options, IsGiven(nameof(ApiVersion)) ? ApiVersion : environment.ApiVersion ?? ApiVersion, null);
        }

        var registered = Endpoint is [var name] ? FindRegistered(name) : null;
        if (registered is null)
        {
            return OpenEndpoints(Endpoint ?? []);
        }

        WriteVerbose($"'{registered.Name}' is registered: {registered.Address}.");
        return registered.Path is { } file
            ? OpenFile(file, Options(registered), registered.Name)
            : OpenServer(EtcdEnvironment.Of(registered), Options(registered), IsGiven(nameof(ApiVersion)) ? ApiVersion : registered.ApiVersion ?? ApiVersion, registered.Name);
    }

    private KvConnection OpenEndpoints(string[] endpoints)
    {
        try
        {
            var environment = ConsulEndpoints.IsBare(endpoints)
                ? ConsulEnvironment.Read(secure: endpoints[0].StartsWith(ConsulStore.TlsScheme, StringComparison.OrdinalIgnoreCase))
                : EtcdEnvironment.None with { Endpoints = endpoints };
            return OpenServer(environment, Options(null), ApiVersion, null);
        }
        catch (KvUnreachableException e) when (endpoints is [var name] && LooksLikeFile(name))
        {
            Fail(ErrorRecords.FileAsHost(e, name));
            throw;
        }
        catch (KvUnreachableException e) when (e.Reason == KvUnreachableReason.NameNotFound && endpoints is [var name] && !name.AsSpan().ContainsAny(":./"))
        {
            Fail(ErrorRecords.NeitherHostNorRegistered(e, name));
            throw;
        }
    }

    private bool LooksLikeFile(string name) => !name.Contains(':', StringComparison.Ordinal)
        && (System.IO.Path.GetExtension(name).ToUpperInvariant() is ".DB" or ".SQLITE" or ".SQLITE3" || FileStatus.Of(FileTarget.PathOf(this, name)).Kind == FileKind.Regular);

    private static KvRegisteredStore? FindRegistered(string name)
    {
        try
        {
            return StoreRegister.Find(name);
        }
        catch (InvalidDataException e)
        {
            Fail(ErrorRecords.InvalidFile(e, StoreRegister.Path));
            throw;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fail(ErrorRecords.FileFailed(e, StoreRegister.Path));
            throw;
        }
    }

    private KvConnection OpenFile(string file, KvStoreOptions options, string? defaultName)
    {
        // A registered file can be combined with arguments for servers; the store then refuses them.
        var tls = new TlsArguments(CaCertificate, ClientCertificate, ClientKey, SkipCertificateCheck).Read(SessionState.Path);
        var store = EmbeddedStore.Open(file, options: options with { Credential = CredentialOr(null), Tls = tls });
        return Connect(store, Name ?? OpenStores.UnusedName(defaultName ?? System.IO.Path.GetFileNameWithoutExtension(file)));
    }

    private KvConnection OpenServer(EtcdEnvironment environment, KvStoreOptions common, int apiVersion, string? defaultName)
    {
        var skip = SkipCertificateCheck || (environment.SkipCertificateCheck && environment.IsSecure);
        var tls = new TlsArguments(
            CaCertificate ?? environment.CaCertificate,
            ClientCertificate ?? environment.ClientCertificate,
            ClientKey ?? environment.ClientKey,
            skip);
        var endpoints = EndpointArguments.Parse(environment.Endpoints, apiVersion, tls.Given, environment.PrefersTls);
        RequireNoTokenUnlessConsul(endpoints);
        var options = common with { Credential = CredentialOr(environment.Credential), Tls = tls.Read(SessionState.Path) };
        if (skip)
        {
            WriteWarning($"The certificate of {endpoints.Address} is not checked: anyone on the network path can read and change all data.");
        }

        WriteVerbose($"Connecting to {endpoints.Address}{(options.Credential is { } user ? $" as {user.UserName}" : "")}.");
        var store = endpoints.ApiVersion is { } version ? EtcdStores.Open(endpoints.Urls, options, version) : KvStore.Open(Absolute(endpoints.Address), options);
        return Connect(store, Name ?? OpenStores.UnusedName(defaultName ?? endpoints.DefaultName), endpoints.ApiVersion);
    }

    // The location of a session is not the current folder of the process.
    private string Absolute(string address)
    {
        var parsed = KvAddress.Parse(address);
        var (file, settings) = parsed.SplitSettings();
        return parsed.Scheme == EmbeddedStore.FileScheme && file.Length > 0
            ? $"{parsed.Scheme}:{FileTarget.PathOf(this, file)}{(settings.Length > 0 ? $"?{settings}" : "")}"
            : address;
    }

    private bool IsGiven(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    // Arguments precede registered settings.
    private KvStoreOptions Options(KvRegisteredStore? registered) => new()
    {
        Timeout = Timeout ?? registered?.Timeout ?? KvStoreOptions.DefaultTimeout,
        Namespace = IsGiven(nameof(Namespace)) ? Namespace : registered?.Namespace ?? "",
    };

    private void Use(KvConnection connection)
    {
        if (OpenStores.Add(connection) is { } replaced)
        {
            WriteVerbose($"Closing the previous store named {replaced.Name}.");
            Wait(replaced.Store.DisposeAsync());
            KeepAliveLosses.Report(replaced.Store, WriteWarning);
        }
    }

    // Another kind of store would use it as the password of a user without a name.
    private void RequireNoTokenUnlessConsul(EndpointArguments endpoints)
    {
        if (Token is null)
        {
            return;
        }

        if (!ConsulEndpoints.IsOne(endpoints.Address))
        {
            throw new KvInvalidArgumentException($"A token was specified for '{endpoints.Address}', but only Consul uses tokens. Specify a user and password with -Credential.");
        }

        if (Credential is not null && Credential != PSCredential.Empty)
        {
            throw new KvInvalidArgumentException("Specify a token or a credential, not both. The password of the credential is the token.");
        }
    }

    private KvCredential? CredentialOr(KvCredential? otherwise)
    {
        if (Token is not null)
        {
            return new KvCredential("", new NetworkCredential("", Token).Password);
        }

        if (Credential is null || Credential == PSCredential.Empty)
        {
            return otherwise;
        }

        // GetNetworkCredential would read the part of the name before a backslash as a domain.
        return new KvCredential(Credential.UserName, new NetworkCredential("", Credential.Password).Password);
    }
}
