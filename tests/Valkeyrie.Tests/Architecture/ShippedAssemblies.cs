namespace Valkeyrie.Tests.Architecture;

/// <summary>The compiled assemblies that are shipped, and their sources.</summary>
internal static class ShippedAssemblies
{
    private const string Prefix = "Valkeyrie";

    private static readonly Dictionary<string, Lazy<HashSet<TypeUse>>> ByName = Projects()
        .ToDictionary(p => p, p => new Lazy<HashSet<TypeUse>>(() => CompiledAssembly.Uses(Path.Combine(AppContext.BaseDirectory, p + ".dll"))));

    /// <summary>The folder of their sources.</summary>
    public static string SourceFolder => Path.Combine(RepositoryFolder(), "src");

    /// <summary>Their names.</summary>
    public static IEnumerable<string> Names => ByName.Keys;

    /// <summary>The types that the types of one assembly use.</summary>
    public static IReadOnlySet<TypeUse> Uses(string name) => ByName[name].Value;

    /// <summary>The types of its own that the types of one assembly use.</summary>
    /// <remarks>Without the counters that the coverage tool adds to an assembly.</remarks>
    public static IEnumerable<TypeUse> OwnUses(string name) =>
        Uses(name).Where(u => u.Used.Assembly == name && u.Used.Namespace.StartsWith(Prefix, StringComparison.Ordinal));

    /// <summary>The source files of one assembly.</summary>
    public static IEnumerable<string> Sources(string name)
    {
        var folder = Path.Combine(SourceFolder, name);
        return Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(f => Path.GetRelativePath(folder, f).Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj"));
    }

    // A project without code, such as the one for precompilation, creates no assembly.
    private static IEnumerable<string> Projects() => Directory.EnumerateDirectories(SourceFolder)
        .Select(f => Path.GetFileName(f)).Where(n => n == Prefix || n.StartsWith(Prefix + ".", StringComparison.Ordinal)).Where(n => Sources(n).Any());

    private static string RepositoryFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Valkeyrie.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not lie in the repository.");
        }

        return folder.FullName;
    }
}
