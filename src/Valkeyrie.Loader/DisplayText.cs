using System.Management.Automation;

namespace Valkeyrie.Loader;

/// <summary>The parts of an object that views show, as compiled properties: a script block for each of them costs more than all the rest of a row.</summary>
/// <remarks>Valkeyrie.Types.ps1xml names these methods. PowerShell resolves them before it runs Valkeyrie.psm1, so they are in the only assembly that the
/// manifest has loaded by then, and use the types of the contract only through <see cref="IFormattable"/>.</remarks>
public static class DisplayText
{
    /// <summary>Formats the key in one visible line.</summary>
    /// <param name="instance">An object with such a format.</param>
    public static string? Key(PSObject? instance) => Of(instance, "key");

    /// <summary>Formats the value in one visible line.</summary>
    /// <param name="instance">An object with such a format.</param>
    public static string? Value(PSObject? instance) => Of(instance, "value");

    /// <summary>Formats the value in visible lines.</summary>
    /// <param name="instance">An object with such a format.</param>
    public static string? Lines(PSObject? instance) => Of(instance, "lines");

    /// <summary>Formats the value before a change in visible lines.</summary>
    /// <param name="instance">An object with such a format.</param>
    public static string? Previous(PSObject? instance) => Of(instance, "previous");

    /// <summary>Formats the value in the reference tree in one visible line.</summary>
    /// <param name="instance">An object with such a format.</param>
    public static string? Reference(PSObject? instance) => Of(instance, "reference");

    /// <summary>Formats the value in the difference tree in one visible line.</summary>
    /// <param name="instance">An object with such a format.</param>
    public static string? Difference(PSObject? instance) => Of(instance, "difference");

    /// <summary>Returns the flags of an item with a value on a drive: <c>d</c> if it is also a directory, <c>l</c> if it has a lease or a time to
    /// live.</summary>
    /// <param name="instance">A pair with the provider's additional properties.</param>
    public static string? Mode(PSObject? instance)
    {
        if (instance is null)
        {
            return null;
        }

        var isDirectory = Property(instance, "PSIsContainer") is true;
        var hasLifetime = Property(instance, "LeaseId") is not null || Property(instance, "Ttl") is not null;
        return (isDirectory, hasLifetime) switch
        {
            (true, true) => "dvl",
            (true, false) => "dv-",
            (false, true) => "-vl",
            (false, false) => "-v-",
        };
    }

    private static object? Property(PSObject instance, string name) => instance.Properties[name]?.Value;

    private static string? Of(PSObject? instance, string format) => (instance?.BaseObject as IFormattable)?.ToString(format, formatProvider: null);
}
