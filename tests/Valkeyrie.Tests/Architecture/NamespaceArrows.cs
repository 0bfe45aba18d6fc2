namespace Valkeyrie.Tests.Architecture;

/// <summary>Which namespace uses which, as <c>A -> B</c>, and by which types.</summary>
/// <param name="uses">The uses of types; those inside of one namespace are left out.</param>
internal sealed class NamespaceArrows(IEnumerable<TypeUse> uses)
{
    private readonly Dictionary<(string From, string To), List<TypeUse>> _arrows = uses
        .Where(u => u.User.Namespace != u.Used.Namespace)
        .GroupBy(u => (u.User.Namespace, u.Used.Namespace))
        .ToDictionary(g => g.Key, g => g.ToList());

    /// <summary>The arrows that lie on a circle: from their end there is a way back to their beginning.</summary>
    /// <param name="except">Arrows to leave out, written as <c>A -> B</c>.</param>
    public IReadOnlyList<string> OnCircles(IReadOnlySet<string> except)
    {
        var arrows = _arrows.Keys.Where(a => !except.Contains(Text(a))).ToList();
        return [.. arrows.Where(a => Reaches(arrows, a.To, a.From)).Select(Told).Order(StringComparer.Ordinal)];
    }

    /// <summary>The arrows from one namespace to others that it may not know.</summary>
    /// <param name="from">The namespace; those below it are others.</param>
    /// <param name="mayKnow">Tells whether it may know another one.</param>
    /// <param name="except">Arrows to leave out, written as <c>A -> B</c>.</param>
    public IReadOnlyList<string> Forbidden(string from, Func<string, bool> mayKnow, IReadOnlySet<string> except) =>
        [.. _arrows.Keys.Where(a => a.From == from && !mayKnow(a.To) && !except.Contains(Text(a))).Select(Told).Order(StringComparer.Ordinal)];

    private static bool Reaches(List<(string From, string To)> arrows, string start, string end)
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
                arrows.FindAll(a => a.From == at).ForEach(a => next.Push(a.To));
            }
        }

        return false;
    }

    private static string Text((string From, string To) arrow) => $"{arrow.From} -> {arrow.To}";

    private string Told((string From, string To) arrow) => $"{Text(arrow)}: {string.Join("; ", _arrows[arrow].Select(u => u.ToString()).Order(StringComparer.Ordinal))}";
}
