using System.Diagnostics;
using Valkeyrie.Tests.Consul;
using Valkeyrie.Tests.Etcd;
using Valkeyrie.Tests.Etcd.V2;
using Valkeyrie.Tests.ZooKeeper;

namespace Valkeyrie.Tests.Contract;

/// <summary>The portable programs of the samples, in a separate process, on each kind of store.</summary>
public sealed class PortableSampleTests(SharedEtcd etcd, OwnEtcdV2 etcdV2, SharedConsul consul, SharedZooKeeper zooKeeper) : IClassFixture<OwnEtcdV2>
{
    [Fact]
    public async Task The_portable_programs_run_in_memory() => await AssertWritesAsync("output.txt", "memory:");

    [Fact]
    public async Task The_portable_programs_run_on_a_file()
    {
        using var folder = new TemporaryFolder();
        await AssertWritesAsync("output.txt", folder.File("portable.db"));
    }

    [Fact]
    public async Task The_portable_programs_run_on_etcd() => await AssertWritesAsync("output.txt", etcd.Server.Address);

    [Fact]
    public async Task The_portable_programs_run_on_etcd_v2() => await AssertWritesAsync("output.etcdv2.txt", etcdV2.Address);

    [Fact]
    public async Task The_portable_programs_run_on_consul() => await AssertWritesAsync("output.txt", consul.Agent.Address);

    [Fact]
    public async Task The_portable_programs_run_on_zookeeper() => await AssertWritesAsync("output.txt", ZooKeeperRig.AddressOf(zooKeeper.Server));

    private static async Task AssertWritesAsync(string expected, string address)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Portable.dll"), address]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var written = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(
            (await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "samples", expected), TestContext.Current.CancellationToken)).ReplaceLineEndings("\n"),
            written.ReplaceLineEndings("\n"));
        Assert.Equal(0, process.ExitCode);
    }
}
