using Valkeyrie.Tests.Architecture;

namespace Valkeyrie.Tests.Texts;

/// <summary>A group of texts that users or contributors read.</summary>
/// <param name="patterns">The files, relative to the repository: a file, or a folder and the extensions in it.</param>
/// <param name="texts">What of a file is such a text; all of it, if <see langword="null"/>.</param>
internal sealed class TextArea(IReadOnlyList<string> patterns, Func<SourceTexts, string>? texts = null)
{
    private static readonly string Root = Path.GetDirectoryName(ShippedAssemblies.SourceFolder)!;

    /// <summary>The faults in its texts, one line each.</summary>
    public IEnumerable<string> Faults() => Texts().SelectMany(t => RefusedPhrases.Faults(t.File, t.Text));

    /// <summary>Its texts, each with the name of its file.</summary>
    public IEnumerable<(string File, string Text)> Texts()
    {
        foreach (var file in patterns.SelectMany(Files).Order(StringComparer.Ordinal))
        {
            var text = File.ReadAllText(Path.Combine(Root, file));
            yield return (file, texts is null ? text : texts(new(text)));
        }
    }

    private static IEnumerable<string> Files(string pattern)
    {
        var (folder, name) = (Path.GetDirectoryName(pattern)!, Path.GetFileName(pattern));
        var depth = folder.EndsWith("**", StringComparison.Ordinal) ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly;
        var start = Path.Combine(Root, folder.TrimEnd('*', '/', '\\'));
        return Directory.EnumerateFiles(start, name, depth).Select(f => Path.GetRelativePath(Root, f).Replace('\\', '/')).Where(f => !IsBuilt(f));
    }

    private static bool IsBuilt(string file) => file.Split('/').Any(p => p is "bin" or "obj");
}
