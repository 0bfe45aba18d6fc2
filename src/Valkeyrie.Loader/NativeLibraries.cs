using System.Runtime.InteropServices;

namespace Valkeyrie.Loader;

/// <summary>Finds the module's native libraries, which lie apart by platform as in a NuGet package: <c>runtimes/PLATFORM/native</c>. Without a
/// program's dependency file the runtime itself does not look there.</summary>
internal static class NativeLibraries
{
    /// <summary>The library's file for this platform; null if there is none.</summary>
    /// <param name="folder">The folder of the module's assemblies.</param>
    /// <param name="name">The library's name without prefix and ending.</param>
    public static string? FindIn(string folder, string name)
    {
        var file = OperatingSystem.IsWindows() ? $"{name}.dll" : OperatingSystem.IsMacOS() ? $"lib{name}.dylib" : $"lib{name}.so";
        var path = Path.Combine(folder, "runtimes", Platform(), "native", file);
        return File.Exists(path) ? path : null;
    }

    private static string Platform()
    {
        var system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : IsMusl() ? "linux-musl" : "linux";
        return $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
    }

    // The runtime knows for which C library it was built, and runs on no other.
    private static bool IsMusl() =>
        RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal)
        || RuntimeInformation.RuntimeIdentifier.StartsWith("alpine", StringComparison.Ordinal);
}
