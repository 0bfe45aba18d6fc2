using System.Collections;
using System.Globalization;
using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Trees.Formats;

namespace Valkeyrie.PowerShell.Trees;

/// <summary>Reads the tree in an object: a hashtable or an object of properties that contains values, lists and further such objects.</summary>
/// <remarks>It follows the rules of configuration files (<see cref="TreeNesting"/>). A value is stored as by Set-KvValue.</remarks>
internal sealed class TreeObject
{
    private readonly NestedRecords _records = new();
    private readonly HashSet<object> _path = new(ReferenceEqualityComparer.Instance);

    private TreeObject()
    {
    }

    /// <summary>True for a tree: a dictionary, or an object that consists of properties only.</summary>
    /// <param name="value">The object.</param>
    public static bool IsTree(object? value) => Plain(value) is IDictionary or PSObject { BaseObject: PSCustomObject };

    /// <summary>Gets the pairs of an object.</summary>
    /// <param name="value">The object.</param>
    /// <param name="place">The place of its keys in the store.</param>
    /// <param name="absent">Called with each name without a value.</param>
    /// <returns>The pairs in key order.</returns>
    /// <exception cref="KvInvalidArgumentException">A part of the object is not a valid value or key.</exception>
    public static List<KvPair> PairsIn(object value, TreePlace place, Action<string> absent)
    {
        var tree = new TreeObject();
        tree.Visit(value);
        var pairs = new List<KvPair>();
        while (tree._records.TryTake(out var record))
        {
            if (record.IsAbsent)
            {
                absent(record.Key!);
                continue;
            }

            try
            {
                var pair = record.ToPair(place.LargestValue);
                place.Check(pair.Key);
                pairs.Add(pair);
            }
            catch (FormatException e)
            {
                throw Refused(record.Key!, e.Message);
            }
        }

        return KeySorting.Sort(pairs) is { } twice ? throw Refused(twice, "the object has this key twice") : pairs;
    }

    private void Visit(object? value)
    {
        var plain = Plain(value);
        switch (plain)
        {
            case null:
                _records.Null(_records.Key);
                break;
            case IDictionary entries:
                Inside(plain, isList: false, () => VisitEntries(entries));
                break;
            case PSObject { BaseObject: PSCustomObject } record:
                Inside(plain, isList: false, () => VisitProperties(record));
                break;
            case IList list when !IsBytes(list):
                Inside(plain, isList: true, () => VisitElements(list));
                break;
            default:
                VisitValue(value);
                break;
        }
    }

    private void Inside(object part, bool isList, Action visit)
    {
        var key = _records.IsOutside ? "" : _records.Key;
        if (!_path.Add(part))
        {
            throw Refused(key, "the object contains itself");
        }

        if (_path.Count > TreeNesting.DeepestNesting)
        {
            throw Refused(key, $"the object is nested more than {TreeNesting.DeepestNesting} levels deep");
        }

        _records.Begin(isList, key);
        visit();
        _records.End(key);
        _path.Remove(part);
    }

    private void VisitEntries(IDictionary entries)
    {
        foreach (DictionaryEntry entry in entries)
        {
            _records.Name(NameOf(entry.Key), "");
            Visit(entry.Value);
        }
    }

    private void VisitProperties(PSObject record)
    {
        foreach (var property in record.Properties.Where(property => property.MemberType == PSMemberTypes.NoteProperty))
        {
            _records.Name(property.Name, "");
            Visit(property.Value);
        }
    }

    private void VisitElements(IList list)
    {
        foreach (var element in list)
        {
            Visit(element);
        }
    }

    private void VisitValue(object? value)
    {
        var key = _records.Key;
        try
        {
            var bytes = ValueBytes.From(value, NotData, key).ToArray();
            if (BareWord.Unwrapped(value) is byte[] or IList)
            {
                _records.Bytes(bytes, key);
            }
            else
            {
                _records.Value(bytes, key);
            }
        }
        catch (KvInvalidArgumentException e)
        {
            throw Refused(key, e.Message.TrimEnd('.'));
        }
    }

    private string NameOf(object name) => Plain(name) switch
    {
        string text => text,
        { } other when PlainText.StandsFor(other) => ((IFormattable)other).ToString(null, CultureInfo.InvariantCulture),
        var other => throw Refused(_records.Key, $"a name in it is a {other?.GetType().Name}, not text"),
    };

    private static object? Plain(object? value) => value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;

    private static bool IsBytes(IList list) => list is byte[] || (list.Count > 0 && list.Cast<object?>().All(item => BareWord.Unwrapped(item) is byte));

    private static string NotData(object value) => throw new KvInvalidArgumentException(
        $"a {BareWord.Base(value)!.GetType().Name} is not text, a number, a time, bytes, a list or a hashtable. Specify the intended text or properties");

    private static KvInvalidArgumentException Refused(string key, string message) =>
        new($"The object cannot be imported: {(key.Length == 0 ? "" : $"at '{key}': ")}{message}. Nothing was written.") { Key = key };
}
