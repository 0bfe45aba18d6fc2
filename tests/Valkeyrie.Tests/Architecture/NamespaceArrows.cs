namespace Valkeyrie.Tests.Architecture;

/// <summary>Which namespace uses which, and by which types.</summary>
/// <param name="uses">The uses of types; those inside of one namespace are left out.</param>
internal sealed class NamespaceArrows(IEnumerable<TypeUse> uses)
{
    private readonly Dictionary<(string From, string To), List<TypeUse>> _arrows = uses
        .Where(u => u.User.Namespace != u.Used.Namespace)
        .GroupBy(u => (u.User.Namespace, u.Used.Namespace))
        .ToDictionary(g => g.Key, g => g.ToList());

    /// <summary>The arrows that lie on a circle: from their end there is a way back to their beginning.</summary>
    public IReadOnlyList<string> OnCircles() => [.. _arrows.Keys.Where(a => Reaches(a.To, a.From)).Select(Told).Order(StringComparer.Ordinal)];

    /// <summary>The arrows from one namespace to others that it may not know.</summary>
    /// <param name="from">The namespace; those below it are others.</param>
    /// <param name="mayKnow">Tells whether it may know another one.</param>
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
