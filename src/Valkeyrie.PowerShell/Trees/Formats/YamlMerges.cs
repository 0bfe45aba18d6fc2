using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>The parts of a YAML file in their order, with merge keys resolved (yaml.org/type/merge.html): <c>&lt;&lt;</c> adds the names of another map, or of several,
/// that a map does not have itself. The first of several maps wins. Values are not merged any deeper.</summary>
/// <param name="events">The parts, with aliases expanded.</param>
internal sealed class YamlMerges(YamlEvents events)
{
    // A name may come before the key that would merge it, so the names of a map are held. A map with more of them can be read, but not with a merge key.
    private const int MostNames = 100_000;

    // The maps around the next part; null for a list.
    private readonly Stack<Map?> _around = new();
    private readonly Stack<ParsingEvent> _merged = new();

    /// <summary>The next part; null at the end.</summary>
    /// <exception cref="TreeFormatException">What comes is not YAML, or cannot be merged.</exception>
    public ParsingEvent? Next()
    {
        while ((_merged.TryPop(out var part) ? part : events.Next()) is { } next)
        {
            var map = _around.TryPeek(out var around) ? around : null;
            if (next is MappingEnd && map is { Merged.Count: > 0 })
            {
                Insert(map, next);
                continue;
            }

            if (next is Scalar name && map is { WantsName: true })
            {
                if (IsMerge(name))
                {
                    Merge(map, name);
                    continue;
                }

                map.Add(name);
            }

            Follow(next);
            return next;
        }

        return null;
    }

    private static bool IsMerge(Scalar name) => name is { Value: "<<", Style: ScalarStyle.Plain };

    private void Follow(ParsingEvent part)
    {
        switch (part)
        {
            case MappingStart:
                _around.Push(new Map());
                break;
            case SequenceStart:
                _around.Push(null);
                break;
            case MappingEnd or SequenceEnd:
                _around.Pop();
                Pass();
                break;
            case Scalar:
                Pass();
                break;
        }
    }

    private void Pass()
    {
        if (_around.TryPeek(out var map) && map is not null)
        {
            map.WantsName = !map.WantsName;
        }
    }

    private void Merge(Map map, Scalar key)
    {
        var node = ReadNode(key);
        MergeNode(map, node, 0);
        CheckNames(map, key);
    }

    private static void CheckNames(Map map, ParsingEvent at)
    {
        if (map.Names.Count >= MostNames)
        {
            throw new TreeFormatException(YamlEvents.PlaceOf(at), $"a map with a merge key ('<<') has {MostNames} names or more. Write the names out");
        }
    }

    private List<ParsingEvent> ReadNode(Scalar key)
    {
        var parts = new List<ParsingEvent>();
        var depth = 0;
        do
        {
            var next = (_merged.TryPop(out var part) ? part : events.Next()) ?? throw NoMap(key);
            parts.Add(next);
            depth += next.NestingIncrease;
            if (depth > TreeNesting.DeepestNesting || parts.Count > YamlEvents.MostRepeated)
            {
                throw new TreeFormatException(YamlEvents.PlaceOf(next), $"a merge key ('<<') has more than {YamlEvents.MostRepeated} parts, or more than {TreeNesting.DeepestNesting} levels");
            }
        }
        while (depth > 0);

        return parts;
    }

    private static void MergeNode(Map map, List<ParsingEvent> parts, int start)
    {
        if (parts[start] is not SequenceStart)
        {
            MergeMap(map, parts, start);
            return;
        }

        for (var i = start + 1; parts[i] is not SequenceEnd; i = EndOf(parts, i))
        {
            MergeMap(map, parts, i);
        }
    }

    private static void MergeMap(Map map, List<ParsingEvent> parts, int start)
    {
        if (parts[start] is not MappingStart)
        {
            throw NoMap(parts[start]);
        }

        var further = new List<int>();
        for (var i = start + 1; parts[i] is not MappingEnd;)
        {
            var name = parts[i] as Scalar ?? throw new TreeFormatException(YamlEvents.PlaceOf(parts[i]), "a name must be text, not a list or an object");
            var end = EndOf(parts, i + 1);
            if (IsMerge(name))
            {
                further.Add(i + 1);
            }
            else
            {
                map.Merged.TryAdd(name.Value, parts[i..end]);
            }

            i = end;
        }

        further.ForEach(merged => MergeNode(map, parts, merged));
    }

    private void Insert(Map map, ParsingEvent end)
    {
        CheckNames(map, end);
        _merged.Push(end);
        foreach (var part in map.Merged.Where(entry => !map.Names.Contains(entry.Key)).SelectMany(entry => entry.Value).Reverse())
        {
            _merged.Push(part);
        }

        map.Merged.Clear();
    }

    // The index behind a node.
    private static int EndOf(List<ParsingEvent> parts, int start)
    {
        var depth = 0;
        var i = start;
        do
        {
            depth += parts[i++].NestingIncrease;
        }
        while (depth > 0);

        return i;
    }

    private static TreeFormatException NoMap(ParsingEvent part) =>
        new(YamlEvents.PlaceOf(part), "the merge key '<<' needs a map or a list of maps, such as '<<: *defaults'");

    private sealed class Map
    {
        public bool WantsName { get; set; } = true;

        public HashSet<string> Names { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, List<ParsingEvent>> Merged { get; } = new(StringComparer.Ordinal);

        public void Add(Scalar name)
        {
            if (Names.Count < MostNames)
            {
                Names.Add(name.Value);
            }
        }
    }
}
