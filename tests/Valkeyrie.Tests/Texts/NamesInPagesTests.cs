using System.Text.RegularExpressions;
using Valkeyrie.Tests.Architecture;

namespace Valkeyrie.Tests.Texts;

/// <summary>Pages about the code name types, folders and files: each of them exists.</summary>
public sealed partial class NamesInPagesTests
{
    private static readonly string Root = Path.GetDirectoryName(ShippedAssemblies.SourceFolder)!;
    private static readonly TextArea Pages = new(["docs/design.md", "docs/decisions/*.md", "CONTRIBUTING.md"]);

    // Every word of the sources, the tests, the scripts and the project files; and names of cmdlets and of PowerShell's and .NET's own types beside them.
    private static readonly Lazy<HashSet<string>> Words = new(() =>
    [
        .. new TextArea(["src/**/*.cs", "tests/**/*.cs", "bench/**/*.cs", "samples/**/*.cs", "build/**/*.ps1", "tests/**/*.ps1", "*.ps1", "*.sh", "src/**/*.csproj"]).Texts()
            .Where(t => !t.File.EndsWith(nameof(NamesInPagesTests) + ".cs", StringComparison.Ordinal))
            .SelectMany(t => Word().Matches(t.Text)).Select(m => m.Value),
    ]);

    /// <summary>Each name of a page: a type, perhaps with a member, or a path below the repository's root.</summary>
    public static IEnumerable<(string Page, string Name)> Names =>
        Pages.Texts().SelectMany(p => Quoted().Matches(p.Text).Select(m => (p.File, m.Groups["name"].Value)));

    [Fact]
    public void Every_type_and_member_exists() => Assert.DoesNotContain(
        Names.Where(n => TypeName().IsMatch(n.Name)), n => !n.Name.Replace("<T>", "", StringComparison.Ordinal).Split('.').All(Words.Value.Contains));

    [Fact]
    public void Every_file_and_folder_exists() => Assert.DoesNotContain(
        Names.Where(n => PathName().IsMatch(n.Name)), n => !File.Exists(Path.Combine(Root, n.Name)) && !Directory.Exists(Path.Combine(Root, n.Name)));

    [Fact]
    public void Names_are_found() => Assert.True(
        Names.Count(n => TypeName().IsMatch(n.Name)) > 150 && Names.Count(n => PathName().IsMatch(n.Name)) > 30, "The pages name hardly anything.");

    // A folder of the sources is in the table of the design page, so that a new one is described.
    [Fact]
    public void Every_project_and_folder_of_the_sources_is_described()
    {
        var design = File.ReadAllText(Path.Combine(Root, "docs/design.md"));
        var folders = ShippedAssemblies.Names.SelectMany(n => ShippedAssemblies.Sources(n).Select(f => (Project: n, Folder: Path.GetFileName(Path.GetDirectoryName(f)!)))).Distinct();
        Assert.DoesNotContain(folders, f => !design.Contains(f.Folder == f.Project ? $"`src/{f.Project}`" : $"{f.Folder}/`", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_cmdlet_is_in_the_list_of_commands()
    {
        var cmdlets = Cmdlet().Matches(File.ReadAllText(Path.Combine(Root, "Valkeyrie.psd1"))).Select(m => m.Groups["name"].Value).Distinct().ToList();
        var list = File.ReadAllText(Path.Combine(Root, "docs/commands.md")).Split("## By the name in etcdctl")[0];
        Assert.True(cmdlets.Count > 60, $"The manifest names {cmdlets.Count} cmdlets.");
        Assert.DoesNotContain(cmdlets, c => !list.Contains($"[`{c}", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"'(?<name>[A-Z]\w+-Kv\w+)'")]
    private static partial Regex Cmdlet();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();

    [GeneratedRegex("`(?<name>[^`\n]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^[A-Z][a-z0-9]+([A-Z]\w*)?(<T>)?(\.[A-Z]\w+)*$")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"^(src|tests|docs|build|bench|samples|module)/[\w./-]*$|^(?!PublicAPI)[A-Z][\w.]+\.(psd1|props|md|txt|slnx)$")]
    private static partial Regex PathName();
}
