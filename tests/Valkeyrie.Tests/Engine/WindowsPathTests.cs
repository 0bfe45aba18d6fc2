namespace Valkeyrie.Tests.Engine;

/// <summary>What a path of Windows leads to that is no file of its own. The paths are as Windows completes them, so that this can be seen on every system.</summary>
public class WindowsPathTests
{
    [Theory]
    [InlineData(@"C:\data\store.db")]
    [InlineData(@"c:/data/store.db")]
    [InlineData(@"\\server\share\store.db")]
    [InlineData(@"\\?\C:\data\store.db")]
    [InlineData(@"\\?\UNC\server\share\store.db")]
    [InlineData(@"\\?\Volume{3f2504e0-4f89-11d3-9a0c-0305e82c3301}\store.db")]
    public void A_file_is_one(string path) => Assert.Null(WindowsPath.FaultIn(path));

    [Theory]
    [InlineData(@"\\.\NUL", "device")]
    [InlineData(@"\\.\COM1", "device")]
    [InlineData(@"//./pipe/name", "device")]
    [InlineData(@"C:\data\store.db:hidden", "stream")]
    [InlineData(@"C:\data\store.db::$DATA", "stream")]
    [InlineData(@"\\?\C:\data\store.db:hidden", "stream")]
    [InlineData(@"\\server\share\store.db:hidden", "stream")]
    [InlineData(@"C:\C:\store.db", "stream")]
    public void A_device_and_a_stream_within_a_file_are_none(string path, string what) => Assert.Contains(what, WindowsPath.FaultIn(path), StringComparison.Ordinal);
}
