using System.Management.Automation;
using System.Net;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;
using Valkeyrie.PowerShell.Pipeline;
using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Commands;

/// <summary>Opens a store and makes it the session's current one.</summary>
/// <remarks>The server is asked once, so that a wrong host or password shows here and not with the first key.</remarks>
[Cmdlet(VerbsCommunications.Connect, "KvStore")]
[OutputType(typeof(KvConnection))]
public sealed class ConnectKvStoreCommand : KvCmdlet
{
    /// <summary>The endpoints: host, host:port, http://host:port, or https://host:port for TLS. The port is 2379 where none is given. Default: what
    /// ETCDCTL_ENDPOINTS says, else http://127.0.0.1:2379.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(EndpointCompleter))]
    public string[]? Endpoint { get; set; }

    /// <summary>The version of etcd's API: 3 (the default) or 2.</summary>
    [Parameter]
    [ValidateSet("3", "2")]
    public int ApiVersion { get; set; } = 3;

    /// <summary>The user and password. Default, where no endpoint is given: those of ETCDCTL_USER; else none.</summary>
    [Parameter]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>The authorities to trust instead of the system's own: a PEM file, or certificates. Implies TLS.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? CaCertificate { get; set; }

    /// <summary>The certificate to show to the server: a PEM file, or a certificate with its private key. Implies TLS.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? ClientCertificate { get; set; }

    /// <summary>The PEM file of the client certificate's private key. Default: it is in the same file.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ClientKey { get; set; }

    /// <summary>Accept any server certificate. Only for trying things out: whoever is in between can then read and change everything.</summary>
    [Parameter]
    public SwitchParameter SkipCertificateCheck { get; set; }

    /// <summary>A prefix put before every key and taken off again. To keep to a directory, end it with a slash.</summary>
    [Parameter]
    [AllowEmptyString]
    public string Namespace { get; set; } = "";

    /// <summary>How long one round trip may take: a TimeSpan or seconds. Default: 10 seconds.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? Timeout { get; set; }

    /// <summary>The name by which -Store finds it. A store of this session that has the name is closed once the new one works. Default: the first
    /// endpoint's host and port.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var connection = OrTerminate(Endpoint, () =>
        {
            var named = MyInvocation.BoundParameters.ContainsKey(nameof(Endpoint));
            var environment = named ? EtcdEnvironment.None : EtcdEnvironment.Read();
            var tls = new TlsArguments(
                CaCertificate ?? environment.CaCertificate,
                ClientCertificate ?? environment.ClientCertificate,
                ClientKey ?? environment.ClientKey,
                SkipCertificateCheck);
            var endpoints = EndpointArguments.Parse(named ? Endpoint ?? [] : environment.Endpoints, ApiVersion, tls.Given);
            var options = new KvStoreOptions
            {
                Timeout = Timeout ?? KvStoreOptions.DefaultTimeout,
                Namespace = Namespace,
                Credential = CredentialOr(environment.Credential),
                Tls = tls.Read(SessionState.Path),
            };
            return Open(endpoints, options);
        });
        Use(connection);
        WriteObject(connection);
    }

    private KvConnection Open(EndpointArguments endpoints, KvStoreOptions options)
    {
        if (SkipCertificateCheck)
        {
            WriteWarning($"The certificate of {endpoints.Address} is not checked: whoever is in between can read and change everything.");
        }

        WriteVerbose($"Connecting to {endpoints.Address}{(options.Credential is { } user ? $" as {user.UserName}" : "")}.");
        var store = KvStore.Open(endpoints.Address, options);
        try
        {
            var status = Wait(store.PingAsync(StopToken));
            WriteVerbose($"{status.Endpoint} answered: version {status.Version}, revision {status.Revision}.");
            return new KvConnection(Name ?? OpenStores.UnusedName(endpoints.DefaultName), store, endpoints.ApiVersion, status.Version);
        }
        catch
        {
            _ = store.DisposeAsync().AsTask();
            throw;
        }
    }

    private void Use(KvConnection connection)
    {
        if (OpenStores.Add(connection) is { } replaced)
        {
            WriteVerbose($"Closing the store that was named {replaced.Name} before.");
            Wait(replaced.Store.DisposeAsync());
        }
    }

    private KvCredential? CredentialOr(KvCredential? otherwise)
    {
        if (Credential is null || Credential == PSCredential.Empty)
        {
            return otherwise;
        }

        // Not by the credential's own GetNetworkCredential, which takes a part of the name before a backslash for a domain.
        return new KvCredential(Credential.UserName, new NetworkCredential("", Credential.Password).Password);
    }
}
