using Valkeyrie.Embedded.Files;

namespace Valkeyrie.Tests.Embedded.Files;

/// <summary>A store in a file is for one machine: a file on another machine is refused before any access.</summary>
public sealed class NetworkShareTests : IDisposable
{
    private readonly EmbeddedFile _file = new();

    public void Dispose() => _file.Dispose();

    [Theory]
    [InlineData(@"\\server\share\store.db", true)]
    [InlineData(@"\\?\UNC\server\share\store.db", true)]
    [InlineData(@"\\?\unc\server\share\store.db", true)]
    [InlineData(@"\\?\C:\data\store.db", false)]
    [InlineData(@"C:\data\store.db", false)]
    public void A_path_of_Windows_tells_a_server(string path, bool isUnc) => Assert.Equal(isUnc, NetworkShare.IsUnc(path));

    [Theory]
    [InlineData("nfs", true)]
    [InlineData("nfs4", true)]
    [InlineData("cifs", true)]
    [InlineData("smb2", true)]
    [InlineData("smbfs", true)]
    [InlineData("ext4", false)]
    [InlineData("overlay", false)]
    [InlineData("tmpfs", false)]
    [InlineData("fuse", false)]
    [InlineData("apfs", false)]
    [InlineData("NTFS", false)]
    public void A_file_system_tells_another_machine(string format, bool isRemote) => Assert.Equal(isRemote, NetworkShare.IsRemote(format));

    [Fact]
    public void A_disk_of_this_machine_is_none_and_its_file_system_is_asked_for_by_any_folder()
    {
        Assert.False(NetworkShare.Holds(_file.Folder));
        Assert.NotEmpty(new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(_file.Folder)! : _file.Folder).DriveFormat);
    }

    [Fact]
    public async Task A_share_is_refused_with_the_reason_and_what_to_do()
    {
        Assert.SkipUnless(OperatingSystem.IsWindows(), "Elsewhere shares have paths like any other, and no test can mount one.");
        await using var store = Valkeyrie.Embedded.EmbeddedStore.Open(@"\\server.invalid\share\store.db");
        var refused = await Assert.ThrowsAsync<KvInvalidArgumentException>(async () => await store.PutAsync("a", "1"));
        Assert.Contains(@"\\server.invalid\share\store.db", refused.Message, StringComparison.Ordinal);
        Assert.Contains("network share", refused.Message, StringComparison.Ordinal);
        Assert.Contains("local disk", refused.Message, StringComparison.Ordinal);
    }
}
