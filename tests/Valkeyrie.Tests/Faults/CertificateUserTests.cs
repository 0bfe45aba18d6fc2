using System.Diagnostics;
using Valkeyrie.Etcd;

namespace Valkeyrie.Tests.Faults;

/// <summary>An etcd that requires users and reads the name in a client certificate as one.</summary>
public sealed class CertificateUserTests(CertificateUserTests.CertificateEtcd etcd) : IClassFixture<CertificateUserTests.CertificateEtcd>
{
    static CertificateUserTests() => EtcdStore.Register();

    [Theory]
    [InlineData("root")]
    [InlineData("reader")]
    public async Task A_user_whom_the_certificate_names_connects_with_any_permission_or_none(string name)
    {
        await using var store = etcd.Open(name);
        await store.PingAsync();
        Assert.True(Assert.Single(await PingedEndpoint.Of(store).CheckEndpointsAsync().ToListAsync()).IsServing);
    }

    [Fact]
    public async Task A_certificate_that_names_no_user_of_the_server_is_authentication_failed()
    {
        await using var store = etcd.Open("stranger");
        var refused = await Refusal.ThrowsAsync(KvErrorCode.AuthenticationFailed, async () => await store.PingAsync());
        Assert.Contains("'stranger'", refused.Message, StringComparison.Ordinal);
        var status = Assert.Single(await PingedEndpoint.Of(store).CheckEndpointsAsync().ToListAsync());
        Assert.Equal((true, KvErrorCode.AuthenticationFailed), (status.IsReachable, status.ErrorCode));
    }

    /// <summary>The server with its users, and a certificate for each name.</summary>
    public sealed class CertificateEtcd : IAsyncLifetime
    {
        private readonly TemporaryFolder _folder = new();
        private readonly Dictionary<string, KvTlsOptions> _clients = [];
        private EtcdServer _server = null!;

        public async ValueTask InitializeAsync()
        {
            using var authority = new TestAuthority(_folder, "authority");
            var own = authority.IssueServer("127.0.0.1");
            foreach (var name in new[] { "root", "reader", "stranger" })
            {
                var client = authority.IssueClient(name);
                _clients[name] = KvTlsOptions.FromPemFiles(authority.Path, client.CertificatePath, client.KeyPath);
            }

            _server = await EtcdServer.StartAsync(new EtcdServerOptions { Tls = new EtcdServerTls(own.CertificatePath, own.KeyPath, authority.Path) });

            // With etcd's own tool: its JSON interface does not accept certificates.
            var root = authority.IssueClient("root");
            string[] access = [$"--endpoints=https://{_server.Endpoint}", $"--cacert={authority.Path}", $"--cert={root.CertificatePath}", $"--key={root.KeyPath}"];
            foreach (var command in new[] { "user add root:secret", "user grant-role root root", "user add reader:secret", "auth enable" })
            {
                await RunAsync([.. access, .. command.Split(' ')]);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _server.DisposeAsync();
            _folder.Dispose();
        }

        private static async Task RunAsync(IEnumerable<string> arguments)
        {
            var start = new ProcessStartInfo(EtcdBinary.Control, arguments) { Environment = { ["ETCDCTL_API"] = "3" }, RedirectStandardOutput = true, RedirectStandardError = true };
            using var process = Process.Start(start)!;
            var output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0, string.Concat(output));
        }

        internal IKvStore Open(string name) => KvStore.Open($"etcds://{_server.Endpoint}", new KvStoreOptions { Tls = _clients[name] });
    }
}
