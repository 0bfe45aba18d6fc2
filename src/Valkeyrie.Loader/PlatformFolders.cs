using System.Runtime.InteropServices;

namespace Valkeyrie.Loader;

/// <summary>Where the module keeps what suits one platform alone: apart by platform as in a NuGet package, native libraries in
/// <c>runtimes/PLATFORM/native</c>, precompiled assemblies in <c>runtimes/PLATFORM/lib/FRAMEWORK</c>. Without a program's dependency file the runtime
/// itself does not look there: the load context asks here, and nothing else of the module looks for a native library.</summary>
internal static class PlatformFolders
{
    /// <summary>How paths are compared: what differs in case alone is usually one file on Windows and macOS.</summary>
    public static StringComparison PathComparison =>
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <summary>A native library's file for this platform; null if there is none.</summary>
    /// <param name="folder">The folder of the module's assemblies.</param>
    /// <param name="name">The library's name without prefix and ending.</param>
    public static string? FindNative(string folder, string name)
    {
        var file = OperatingSystem.IsWindows() ? $"{name}.dll" : OperatingSystem.IsMacOS() ? $"lib{name}.dylib" : $"lib{name}.so";
        var path = Path.Combine(folder, "runtimes", Platform(), "native", file);
        return File.Exists(path) ? path : null;
    }

    /// <summary>The folder of the assemblies that are compiled for this platform, whether or not it exists.</summary>
    /// <remarks>A runtime ignores code that was compiled for another one's major version, and refuses an assembly with another platform's code.</remarks>
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

    // The runtime knows for which C library it was built, and runs on no other.
    private static bool IsMusl() =>
        RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal)
        || RuntimeInformation.RuntimeIdentifier.StartsWith("alpine", StringComparison.Ordinal);
}
