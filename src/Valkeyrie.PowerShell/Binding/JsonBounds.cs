using System.Collections;
using System.Management.Automation;
using System.Reflection;

namespace Valkeyrie.PowerShell.Binding;

/// <summary>Refuses an object that ConvertTo-Json would truncate or never finish: an object that contains itself, is nested too deep, or refers to a whole
/// system of objects, like a module or a file.</summary>
/// <remarks>Visits the same parts as ConvertTo-Json: elements, entries, and the properties and fields of all other objects.</remarks>
internal sealed class JsonBounds
{
    /// <summary>The deepest allowed nesting.</summary>
    public const int Depth = 100;

    // Data can have many elements. The properties of a program's objects refer to more objects, and reading each can be costly.
    private const int MostElements = 5_000_000;
    private const int MostObjectProperties = 200_000;

    private readonly HashSet<object> _path = new(ReferenceEqualityComparer.Instance);
    private int _elements;
    private int _objectProperties;

    /// <summary>Checks an object.</summary>
    /// <param name="value">The object.</param>
    /// <exception cref="KvInvalidArgumentException">The object cannot be written completely.</exception>
    public static void Check(object value) => new JsonBounds().Visit(value, 0);

    private void Visit(object? value, int depth)
    {
        if (++_elements > MostElements)
        {
            throw Refused($"it has more than {MostElements:N0} elements");
        }

        var plain = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        if (IsLeaf(plain))
        {
            return;
        }

        if (IsMachinery(plain!))
        {
            throw Refused($"it contains a {plain!.GetType().Name}, which is not data");
        }

        if (depth > Depth)
        {
            throw Refused($"it is nested more than {Depth} levels deep");
        }

        if (!_path.Add(plain!))
        {
            throw Refused("it contains itself");
        }

        VisitParts(value!, plain!, depth + 1);
        _path.Remove(plain!);
    }

    private void VisitParts(object value, object plain, int depth)
    {
        switch (plain)
        {
            case IDictionary entries:
                foreach (DictionaryEntry entry in entries)
                {
                    Visit(entry.Value, depth);
                }

                break;
            case IEnumerable elements:
                foreach (var element in elements)
                {
                    Visit(element, depth);
                }

                break;
            case PSObject record:
                foreach (var property in record.Properties)
                {
                    Visit(Read(() => property.Value), depth);
                }

                break;
            default:
                VisitObject(value, plain, depth);
                break;
        }
    }

    private void VisitObject(object value, object plain, int depth)
    {
        foreach (var property in plain.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0)
            {
                VisitProperty(() => property.GetValue(plain), depth);
            }
        }

        foreach (var field in plain.GetType().GetFields(BindingFlags.Public | BindingFlags.Instance))
        {
            VisitProperty(() => field.GetValue(plain), depth);
        }

        foreach (var added in (value as PSObject)?.Properties.Where(p => p.MemberType != PSMemberTypes.Property) ?? [])
        {
            VisitProperty(() => added.Value, depth);
        }
    }

    private void VisitProperty(Func<object?> read, int depth)
    {
        if (++_objectProperties > MostObjectProperties)
        {
            throw Refused("it refers to too many other objects");
        }

        Visit(Read(read), depth);
    }

    // ConvertTo-Json writes null for an unreadable property.
    private static object? Read(Func<object?> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is TargetInvocationException or GetValueException or NotSupportedException)
        {
            return null;
        }
    }

    private static bool IsLeaf(object? value) => value is null or string or bool or char or Uri or Type or DBNull || PlainText.StandsFor(value);

    // Parts of a running program refer to all of it, and reading their properties can load a module or wait for a thread. A count would stop this too late.
    private static bool IsMachinery(object value) => value switch
    {
        PSObject or IDictionary or SwitchParameter => false,
        System.Security.SecureString or FileSystemInfo or Delegate or Stream or System.Diagnostics.Process or MemberInfo or Assembly or Task or Thread or WaitHandle => true,
        _ => value.GetType().Namespace is { } space
            && ((space.StartsWith("System.Management.Automation", StringComparison.Ordinal) && value.GetType().Name != "SemanticVersion") || space.StartsWith("Microsoft.PowerShell", StringComparison.Ordinal)),
    };

    private static KvInvalidArgumentException Refused(string why) => new(
        $"The value cannot be stored as JSON: {why}. Select the intended properties, as in ($value | Select-Object Name, Length), or specify text.");
}
