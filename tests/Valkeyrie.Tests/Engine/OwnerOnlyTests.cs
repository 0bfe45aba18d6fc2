namespace Valkeyrie.Tests.Engine;

/// <summary>Files and folders that deny other users access, in any folder.</summary>
public sealed class OwnerOnlyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(FileMode.CreateNew)]
    [InlineData(FileMode.OpenOrCreate)]
    public void A_file_is_closed_from_its_first_moment_on(FileMode mode)
    {
        var path = _folder.File("file");
        using (var file = OwnerOnly.Create(path, mode))
        {
            Rights.AssertOwnerOnly(path);
            file.Write("text"u8);
            file.Position = 0;
            Assert.Equal('t', file.ReadByte());
        }

        Assert.Equal("text", File.ReadAllText(path));
    }

    [Fact]
    public void One_that_exists_is_refused_unless_it_may_exist()
    {
        var path = _folder.Write("file", "text");
        Assert.ThrowsAny<IOException>(() => OwnerOnly.Create(path));
        using var file = OwnerOnly.Create(path, FileMode.OpenOrCreate, FileAccess.Write);
        Assert.Equal("text".Length, file.Length);
    }

    [Fact]
    public void One_that_is_to_be_removed_when_it_is_closed_is()
    {
        var path = _folder.File("file");
        OwnerOnly.Create(path, options: FileOptions.DeleteOnClose).Dispose();
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void A_folder_is_closed_and_made_with_those_that_it_lies_in()
    {
        var path = Path.Combine(_folder.Path, "outer", "inner");
        OwnerOnly.CreateFolder(path);
        OwnerOnly.CreateFolder(path);
        Rights.AssertOwnerOnly(path);
    }

    [Fact]
    public void What_is_made_in_such_a_folder_is_closed_on_Windows_too()
    {
        Assert.SkipUnless(OperatingSystem.IsWindows(), "Elsewhere a file has a mode of its own, and the folder's keeps others out.");
        var folder = _folder.File("closed");
        OwnerOnly.CreateFolder(folder);
        File.WriteAllText(Path.Combine(folder, "file"), "");
        Rights.AssertOwnerOnly(Path.Combine(folder, "file"));
    }
}
