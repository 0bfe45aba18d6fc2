using System.Reflection;
using System.Runtime.Loader;

namespace Valkeyrie.Loader;

/// <summary>The load context of the module's inner assemblies, so that their Google.Protobuf and the like never meet another module's.</summary>
/// <remarks>The contract stays in the default context: users name its types, and all of the module must mean the same ones.</remarks>
public sealed class ModuleLoadContext : AssemblyLoadContext
{
    private const string ContractName = "Valkeyrie";
    private const string ModuleAssemblyName = "Valkeyrie.PowerShell";

    private static readonly object Gate = new();
    private static ModuleLoadContext? instance;

    private readonly string _folder;

    private ModuleLoadContext(string folder)
        : base(ModuleAssemblyName) => _folder = folder;

    /// <summary>Loads the assembly of cmdlets, once for the process.</summary>
    /// <param name="folder">The folder of the module's assemblies.</param>
    /// <exception cref="InvalidOperationException">The process has loaded them from another folder already.</exception>
    public static Assembly LoadModule(string folder)
    {
        lock (Gate)
        {
            instance ??= new ModuleLoadContext(folder);
            return instance._folder == folder
                ? instance.LoadFromAssemblyName(new AssemblyName(ModuleAssemblyName))
                : throw new InvalidOperationException(
                    $"Valkeyrie is loaded from '{instance._folder}' already, and a process can hold it only once. Start a new PowerShell to use the one in '{folder}'.");
        }
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        ArgumentNullException.ThrowIfNull(assemblyName);
        if (assemblyName.Name is ContractName)
        {
            return null;
        }

        var path = Path.Combine(_folder, assemblyName.Name + ".dll");
        return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }

    /// <inheritdoc/>
    protected override IntPtr LoadUnmanagedDll(string unmanagedDllName)
    {
        var path = NativeLibraries.FindIn(_folder, unmanagedDllName);
        return path is null ? IntPtr.Zero : LoadUnmanagedDllFromPath(path);
    }
}
