using System.Diagnostics;
using Valkeyrie.Embedded.Sqlite;

#pragma warning disable CA1416 // what is for other systems alone is skipped on Windows

namespace Valkeyrie.Tests.Embedded;

/// <summary>If nothing can be written, a typed error follows, and the file is as good as before.</summary>
public sealed class RefusedWriteTests : IDisposable
{
    private const int Nobody = 65534;

    private readonly EmbeddedFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task A_limit_on_file_sizes_is_quota_exceeded_and_the_file_stays_good()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no limit on file sizes.");
        await WriteBeforeAsync();

        // 1 MiB in blocks of 512 bytes. If the shell ignores the signal, its children ignore it too, and see an error instead.
        await using var worker = Worker.StartInShell("ulimit -f 2048; trap '' XFSZ; exec \"$@\"", "fill", _file.Path, "10000");
        await RefusedAfterSomeAsync(worker, KvErrorCode.QuotaExceeded);
        await StillGoodAsync();
    }

    [Fact]
    public async Task A_full_disk_is_quota_exceeded_and_the_file_stays_good()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root on Linux can make a disk small enough to fill.");
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", "size=1m", "none", _file.Folder) == 0, "This machine does not let root mount a disk.");
        try
        {
            File.WriteAllBytes(Path.Combine(_file.Folder, "other"), new byte[256 << 10]);
            await WriteBeforeAsync();
            await using (var worker = Worker.Start("fill", _file.Path, "10000"))
            {
                await RefusedAfterSomeAsync(worker, KvErrorCode.QuotaExceeded);
            }

            File.Delete(Path.Combine(_file.Folder, "other"));
            await StillGoodAsync();
        }
        finally
        {
            Assert.Equal(0, Run("umount", _file.Folder));
        }
    }

    [Fact]
    public async Task Where_the_folder_may_not_be_written_is_permission_denied_and_the_file_stays_good()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has other permissions.");
        await WriteBeforeAsync();
        MakeReadable(_file.Folder, UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        MakeReadable(_file.Path, UnixFileMode.None);
        await DeniedAsync(_file.Path);
        await DeniedAsync(_file.Path + "-other");
        File.SetUnixFileMode(_file.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.SetUnixFileMode(_file.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await StillGoodAsync();
    }

    [Fact]
    public async Task A_file_that_another_keeps_busy_is_timed_out_and_goes_on_when_it_is_free()
    {
        await WriteBeforeAsync();
        await using var store = _file.Open(options: new KvStoreOptions { Timeout = TimeSpan.FromMilliseconds(200) });
        await store.PingAsync();
        using (var other = Connection.Open(_file.Path, Patience.Limit))
        {
            other.Execute("BEGIN IMMEDIATE");
            var error = await Assert.ThrowsAsync<KvTimeoutException>(async () => await store.PutAsync("before", ""));
            Assert.Contains(_file.Path, error.Message, StringComparison.Ordinal);
            Assert.Equal("v", (await store.GetAsync("before")).Value);
            other.Execute("ROLLBACK");
        }

        await store.PutAsync("before", "v");
    }

    private static void MakeReadable(string path, UnixFileMode more) =>
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead | more);

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }

    // Permissions do not restrict root, so the worker runs as the user nobody there.
    private static async Task DeniedAsync(string path)
    {
        var command = Environment.IsPrivilegedProcess ? $"exec setpriv --reuid {Nobody} --regid {Nobody} --clear-groups \"$@\"" : "exec \"$@\"";
        using var copy = new TemporaryFolder();
        await using var worker = Worker.StartInShell(command, copy, "fill", path, "1");
        var said = await worker.ReadAsync();
        Assert.StartsWith($"0 {KvErrorCode.PermissionDenied}", said, StringComparison.Ordinal);
        Assert.Contains(path, said, StringComparison.Ordinal);
    }

    private async Task WriteBeforeAsync()
    {
        await using var store = _file.Open();
        await store.PutAsync("before", "v");
    }

    private async Task RefusedAfterSomeAsync(Worker worker, KvErrorCode code)
    {
        var said = (await worker.ReadAsync())!.Split(' ');
        Assert.Equal($"{code}", said[1]);
        Assert.Contains($"'{_file.Path}'", said);
        var written = int.Parse(said[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(written > 0);
        Assert.Null(await worker.ReadAsync());
        await using var store = _file.Open();
        Assert.Equal(written, await store.CountAsync("fill"));
        Assert.Equal("v", (await store.GetAsync("before")).Value);
    }

    private async Task StillGoodAsync()
    {
        Assert.Equal("ok", _file.CheckIntegrity());
        await using var store = _file.Open();
        Assert.Equal("v", (await store.GetAsync("before")).Value);
        await store.PutAsync("after", "v");
    }
}
