namespace Valkeyrie.Tests.Architecture;

/// <summary>The references between namespaces, with the types that cause them.</summary>
/// <param name="uses">The uses of types; those inside one namespace are ignored.</param>
internal sealed class NamespaceArrows(IEnumerable<TypeUse> uses)
{
    private readonly Dictionary<(string From, string To), List<TypeUse>> _arrows = uses
        .Where(u => u.User.Namespace != u.Used.Namespace)
        .GroupBy(u => (u.User.Namespace, u.Used.Namespace))
        .ToDictionary(g => g.Key, g => g.ToList());

    /// <summary>The references that are part of a circle: a path leads from their end back to their beginning.</summary>
    public IReadOnlyList<string> OnCircles() => [.. _arrows.Keys.Where(a => Reaches(a.To, a.From)).Select(Told).Order(StringComparer.Ordinal)];

    /// <summary>The references from one namespace to others that it may not use.</summary>
    /// <param name="from">The namespace, without those below it.</param>
    /// <param name="mayKnow">True if it may use another one.</param>
    public IReadOnlyList<string> Forbidden(string from, Func<string, bool> mayKnow) =>
        [.. _arrows.Keys.Where(a => a.From == from && !mayKnow(a.To)).Select(Told).Order(StringComparer.Ordinal)];

    private bool Reaches(string start, string end)
    {
        var seen = new HashSet<string>();
        var next = new Stack<string>([start]);
        while (next.TryPop(out var at))
        {
            if (at == end)
            {
                return true;
            }

            if (seen.Add(at))
            {
                foreach (var arrow in _arrows.Keys.Where(a => a.From == at))
                {
                    next.Push(arrow.To);
                }
            }
        }

        return false;
    }

    private string Told((string From, string To) arrow) => $"{arrow.From} -> {arrow.To}: {string.Join("; ", _arrows[arrow].Select(u => u.ToString()).Order(StringComparer.Ordinal))}";
}
