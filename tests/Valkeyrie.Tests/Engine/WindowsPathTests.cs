namespace Valkeyrie.Tests.Engine;

/// <summary>Paths of Windows that do not name a separate file. They have the form that Windows gives them, so every system can run the tests.</summary>
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
