using System.Management.Automation;

namespace Valkeyrie.PowerShell.Binding;

/// <summary>Reads a property of a piped object. It can be computed by a script, which can fail.</summary>
internal static class PipedProperty
{
    /// <summary>Gets the value of a property; null if the object does not have it.</summary>
    /// <param name="row">The object.</param>
    /// <param name="name">The name of the property.</param>
    /// <exception cref="KvInvalidArgumentException">The property cannot be read.</exception>
    public static object? Of(PSObject row, string name) => TryRead(row, name, out var value) ? value : null;

    /// <summary>Gets the value of a property; false if the object does not have it.</summary>
    /// <param name="row">The object.</param>
    /// <param name="name">The name of the property.</param>
    /// <param name="value">The value, which can be null.</param>
    /// <exception cref="KvInvalidArgumentException">The property cannot be read.</exception>
    public static bool TryRead(PSObject row, string name, out object? value)
    {
        var property = row.Properties[name];
        try
        {
            value = property?.Value;
            return property is not null;
        }
        catch (GetValueException e)
        {
            throw new KvInvalidArgumentException($"The properties of a piped object of type {row.BaseObject.GetType().Name} cannot be read: {e.Message}", e);
        }
    }
}
