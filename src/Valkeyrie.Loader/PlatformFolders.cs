using System.Runtime.InteropServices;

namespace Valkeyrie.Loader;

/// <summary>The folders of the module's platform-specific files, arranged as in a NuGet package: native libraries in <c>runtimes/PLATFORM/native</c>,
/// precompiled assemblies in <c>runtimes/PLATFORM/lib/FRAMEWORK</c>. Without a program's dependency file the runtime does not search there: the load context
/// uses this class, and no other part of the module searches for a native library.</summary>
internal static class PlatformFolders
{
    /// <summary>The comparison of paths: on Windows and macOS, names that differ only in case usually denote one file.</summary>
    public static StringComparison PathComparison =>
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <summary>Finds a native library for this platform; null if there is none.</summary>
    /// <param name="folder">The folder of the module's assemblies.</param>
    /// <param name="name">The library's name without prefix and extension.</param>
    public static string? FindNative(string folder, string name)
    {
        var file = OperatingSystem.IsWindows() ? $"{name}.dll" : OperatingSystem.IsMacOS() ? $"lib{name}.dylib" : $"lib{name}.so";
        var path = Path.Combine(folder, "runtimes", Platform(), "native", file);
        return File.Exists(path) ? path : null;
    }

    /// <summary>Returns the folder of the assemblies compiled for this platform, whether or not it exists.</summary>
    /// <remarks>A runtime ignores code compiled for another major version, and refuses an assembly with code for another platform.</remarks>
    /// <param name="folder">The folder of the module's assemblies.</param>
    public static string Precompiled(string folder) =>
        Path.Combine(folder, "runtimes", Platform(), "lib", string.Concat("net", Environment.Version.Major.ToString(provider: null), ".0"));

    private static string Platform()
    {
        var system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : IsMusl() ? "linux-musl" : "linux";
        return string.Concat(system, "-", RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => "x64",
            Architecture.Arm64 => "arm64",
            var other => other.ToString().ToLowerInvariant(),
        });
    }

    // The runtime knows the C library that it was built for, and runs on no other.
    private static bool IsMusl() =>
        RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal)
        || RuntimeInformation.RuntimeIdentifier.StartsWith("alpine", StringComparison.Ordinal);
}
