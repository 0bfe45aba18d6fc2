using System.Reflection;
using System.Runtime.Loader;

namespace Valkeyrie.Loader;

/// <summary>The load context of the module's inner assemblies. It separates their dependencies, such as Google.Protobuf, from those of other modules.</summary>
/// <remarks>The contract stays in the default context: users name its types, and the whole module must use the same ones.</remarks>
public sealed class ModuleLoadContext : AssemblyLoadContext
{
    private const string ContractName = "Valkeyrie";
    private const string ModuleAssemblyName = "Valkeyrie.PowerShell";

    private static readonly object Gate = new();
    private static ModuleLoadContext? instance;

    private readonly string _folder;
    private readonly string _precompiledFolder;

    private ModuleLoadContext(string folder)
        : base(ModuleAssemblyName)
    {
        _folder = folder;
        _precompiledFolder = PlatformFolders.Precompiled(folder);
    }

    /// <summary>Loads the contract and the assembly of the cmdlets, once for the process.</summary>
    /// <param name="folder">The folder of the module's assemblies.</param>
    /// <exception cref="InvalidOperationException">The process has already loaded them from another folder.</exception>
    public static Assembly LoadModule(string folder)
    {
        lock (Gate)
        {
            if (instance is null)
            {
                var context = new ModuleLoadContext(folder);
                Default.LoadFromAssemblyPath(context.Find(ContractName)!);
                instance = context;
            }

            return string.Equals(instance._folder, folder, PlatformFolders.PathComparison)
                ? instance.LoadFromAssemblyName(new AssemblyName(ModuleAssemblyName))
                : throw new InvalidOperationException(
                    $"Valkeyrie is already loaded from '{instance._folder}', and a process can load it only once. Start a new PowerShell to use the one in '{folder}'.");
        }
    }

    /// <summary>True for the assembly of the cmdlets and the others that this context loads.</summary>
    /// <param name="assembly">The assembly.</param>
    public static bool Contains(Assembly assembly) => GetLoadContext(assembly) is ModuleLoadContext;

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        ArgumentNullException.ThrowIfNull(assemblyName);
        return assemblyName.Name is not ContractName and { } name && Find(name) is { } path ? LoadFromAssemblyPath(path) : null;
    }

    /// <inheritdoc/>
    protected override IntPtr LoadUnmanagedDll(string unmanagedDllName)
    {
        var path = PlatformFolders.FindNative(_folder, unmanagedDllName);
        return path is null ? IntPtr.Zero : LoadUnmanagedDllFromPath(path);
    }

    // An assembly compiled for this platform and runtime, or the one for all platforms.
    private string? Find(string name)
    {
        var file = name + ".dll";
        var precompiled = Path.Combine(_precompiledFolder, file);
        if (File.Exists(precompiled))
        {
            return precompiled;
        }

        var portable = Path.Combine(_folder, file);
        return File.Exists(portable) ? portable : null;
    }
}
