#pragma warning disable CA1416 // what is for other systems alone is skipped on Windows
using System.Diagnostics;
using Valkeyrie.PowerShell.Files;

namespace Valkeyrie.Tests.PowerShell.Files;

/// <summary>The targets of files: their content before and after, whatever happens between.</summary>
public sealed class FileTargetTests : IDisposable
{
    private const int Nobody = 65534;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("600")]
    [InlineData("664")]
    [InlineData("777")]
    public async Task A_file_that_is_replaced_keeps_its_mode(string mode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such modes.");
        var path = _folder.Write("file.json", "old");
        Assert.Equal(0, Run("chmod", mode, path));
        await WriteAsync(path, "new");
        Assert.Equal("new", File.ReadAllText(path));
        Assert.Equal(Convert.ToInt32(mode, 8), (int)File.GetUnixFileMode(path));
    }

    [Fact]
    public async Task One_that_is_read_only_stays_so_when_it_is_replaced_by_force()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such modes.");
        var path = _folder.Write("file.json", "old");
        File.SetUnixFileMode(path, UnixFileMode.UserRead);
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => WriteAsync(path, "new"));
        await WriteAsync(path, "new", force: true);
        Assert.Equal("new", File.ReadAllText(path));
        Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(path));
    }

    [Fact]
    public async Task On_Windows_it_keeps_its_rights_from_the_first_byte_on()
    {
        Assert.SkipUnless(OperatingSystem.IsWindows(), "Elsewhere it keeps its mode.");
        var path = _folder.File("file.json");
        OwnerOnly.Create(path).Dispose();
        var rights = Rights.Own(path);
        using (var target = await FileTarget.OpenAsync(path, noClobber: false, force: false, ownerOnly: false, default))
        {
            Rights.AssertOwnerOnly(Assert.Single(Directory.GetFiles(_folder.Path, "*.tmp")));
            target.Commit();
        }

        Assert.Equal(rights, Rights.Own(path));
        Rights.AssertOwnerOnly(path);
    }

    [Fact]
    public async Task One_that_somebody_reads_meanwhile_is_replaced_once_they_have_closed_it()
    {
        var path = _folder.Write("file.json", "old");
        Task writing;
        using (var reader = new StreamReader(path))
        {
            writing = Task.Run(() => WriteAsync(path, "new"), TestContext.Current.CancellationToken);
            Assert.Equal("old", await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
        }

        await writing;
        Assert.Equal("new", File.ReadAllText(path));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_new_file_is_closed_to_others_where_that_is_asked_for(bool ownerOnly)
    {
        var path = _folder.File("file.json");
        using (var target = await FileTarget.OpenAsync(path, noClobber: false, force: false, ownerOnly, default))
        {
            target.Commit();
        }

        if (ownerOnly)
        {
            Rights.AssertOwnerOnly(path);
        }
        else
        {
            Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Rights.AssertOwnerOnly(path));
        }
    }

    [Fact]
    public async Task And_its_owner()
    {
        Assert.SkipUnless(!OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess, "Only root gives files away.");
        var path = _folder.Write("file.json", "old");
        Assert.Equal(0, Run("chown", $"{Nobody}:{Nobody}", path));
        await WriteAsync(path, "new");
        Assert.Equal(new FileStatus(FileKind.Regular, Nobody, Nobody), FileStatus.Of(path));
    }

    [Fact]
    public async Task A_link_stays_one_and_what_it_leads_to_is_replaced()
    {
        Links.Need();
        Directory.CreateDirectory(_folder.File("elsewhere"));
        var path = _folder.Write("elsewhere/file.json", "old");
        File.CreateSymbolicLink(_folder.File("link.json"), path);
        File.CreateSymbolicLink(_folder.File("new.json"), _folder.File("elsewhere/new.json"));
        await WriteAsync(_folder.File("link.json"), "new");
        await WriteAsync(_folder.File("new.json"), "new");
        Assert.Equal(path, new FileInfo(_folder.File("link.json")).LinkTarget);
        Assert.Equal("new", File.ReadAllText(path));
        Assert.Equal("new", File.ReadAllText(_folder.File("elsewhere/new.json")));
        Assert.Equal(2, Directory.GetFiles(_folder.File("elsewhere")).Length);
    }

    [Fact]
    public async Task A_name_of_any_length_will_do()
    {
        var path = _folder.File(new string('n', 250) + ".json");
        await WriteAsync(path, "new");
        Assert.Equal("new", File.ReadAllText(path));
    }

    [Fact]
    public async Task A_pipe_is_written_to_and_stays_one()
    {
        var pipe = NewPipe();
        var reading = Task.Run(() => File.ReadAllText(pipe), TestContext.Current.CancellationToken);
        await WriteAsync(pipe, "through", noClobber: true);
        Assert.Equal("through", await reading);
        Assert.Equal(FileKind.Stream, FileStatus.Of(pipe).Kind);
    }

    [Fact]
    public async Task A_device_is_written_to_and_stays_one()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no devices among its files.");
        File.CreateSymbolicLink(_folder.File("null.json"), "/dev/null");
        await WriteAsync(_folder.File("null.json"), "gone");
        Assert.Equal(FileKind.Stream, FileStatus.Of("/dev/null").Kind);
        Assert.SkipUnless(File.Exists("/dev/full"), "This system has no device that is full.");
        Assert.Contains("/dev/full", (await Assert.ThrowsAsync<IOException>(() => WriteAsync("/dev/full", "refused"))).Message, StringComparison.Ordinal);
        Assert.Equal(FileKind.Stream, FileStatus.Of("/dev/full").Kind);
    }

    [Fact]
    public async Task The_wait_for_whoever_reads_a_pipe_can_be_ended()
    {
        var pipe = NewPipe();
        using var stop = new CancellationTokenSource();
        var opening = FileTarget.OpenAsync(pipe, noClobber: false, force: false, ownerOnly: false, stop.Token).AsTask();
        Assert.False(opening.IsCompleted);
        stop.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening).WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task So_can_a_write_to_a_pipe_from_which_nobody_reads_on()
    {
        var pipe = NewPipe();
        using var stop = new CancellationTokenSource();
        using var reader = new FileStream(pipe, FileMode.Open, FileAccess.ReadWrite);
        using var target = await FileTarget.OpenAsync(pipe, noClobber: false, force: false, ownerOnly: false, stop.Token);
        var writing = Task.Run(() => target.Write(stream => stream.Write(new byte[1 << 20])), TestContext.Current.CancellationToken);
        Assert.NotEqual(0, await Task.Run(reader.ReadByte, TestContext.Current.CancellationToken) + 1);
        stop.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing).WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_full_disk_leaves_the_old_file_and_nothing_else()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root on Linux can make a disk small enough to fill.");
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", "size=1m", "none", _folder.Path) == 0, "This machine does not let root mount a disk.");
        try
        {
            var path = _folder.Write("file.json", "old");
            var failure = await Assert.ThrowsAsync<IOException>(() => WriteAsync(path, new string('x', 4 << 20)));
            Assert.Contains($"'{path}'", failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(".tmp", failure.Message, StringComparison.Ordinal);
            Assert.Equal([path], Directory.GetFiles(_folder.Path));
            Assert.Equal("old", File.ReadAllText(path));

            // As much as the buffers hold, so that only their last part meets the full disk.
            File.WriteAllBytes(_folder.File("other"), new byte[(1 << 20) - (8 << 10)]);
            await Assert.ThrowsAsync<IOException>(() => WriteAsync(path, new string('x', 64 << 10)));
            Assert.Equal("old", File.ReadAllText(path));
            Assert.Equal(2, Directory.GetFiles(_folder.Path).Length);
        }
        finally
        {
            Assert.Equal(0, Run("umount", _folder.Path));
        }
    }

    [Fact]
    public async Task What_is_given_up_leaves_the_old_file_and_nothing_else()
    {
        var path = _folder.Write("file.json", "old");
        using (var target = await FileTarget.OpenAsync(path, noClobber: false, force: false, ownerOnly: false, default))
        {
            target.Write(stream => stream.Write(new byte[1 << 20]));
        }

        Assert.Equal([path], Directory.GetFiles(_folder.Path));
        Assert.Equal("old", File.ReadAllText(path));
    }

    private static async Task WriteAsync(string path, string text, bool noClobber = false, bool force = false)
    {
        using var target = await FileTarget.OpenAsync(path, noClobber, force, ownerOnly: false, default);
        target.Write(stream =>
        {
            var writer = new StreamWriter(stream, leaveOpen: true);
            writer.Write(text);
            writer.Flush();
        });
        target.Commit();
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }

    private string NewPipe()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no named pipes among its files.");
        Assert.Equal(0, Run("mkfifo", _folder.File("pipe.json")));
        return _folder.File("pipe.json");
    }
}
