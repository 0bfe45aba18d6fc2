using Valkeyrie.Embedded.Sqlite;

namespace Valkeyrie.Embedded.Storage;

/// <summary>Writes many new keys of one transaction, several in one statement: SQLite then opens each table once for them, and finds the place of a key next to the key before
/// it.</summary>
internal sealed class NewKeys(PairReader reader)
{
    /// <summary>The number of keys in one statement.</summary>
    public const int AtOnce = 16;

    private readonly Statement _anyBetween = reader.Connection.Prepared("SELECT EXISTS(SELECT 1 FROM pairs WHERE key BETWEEN ?1 AND ?2)");
    private readonly PinnedBytes[] _keys = Buffers();
    private readonly PinnedBytes[] _values = Buffers();

    // Most processes never write so many keys, so these are prepared when they are used.
    private Statement? _pairs;
    private Statement? _history;

    /// <summary>Checks whether no key exists from one to another.</summary>
    public bool AreNoneBetween(string first, string last)
    {
        _keys[0].Set(first, reader.Keys);
        _keys[1].Set(last, reader.Keys);
        return _anyBetween.Bind(1, _keys[0]).Bind(2, _keys[1]).Scalar(0) == 0;
    }

    /// <summary>Sets one of the next keys to write.</summary>
    public void Set(int index, string key, ReadOnlySpan<byte> value)
    {
        _keys[index].Set(key, reader.Keys);
        _values[index].Set(value);
    }

    /// <summary>Writes the keys that were set.</summary>
    /// <param name="first">The position of the first one. The others follow it.</param>
    /// <param name="now">The time of the write.</param>
    /// <param name="leases">The lease of each key; 0 for none.</param>
    public void Write(long first, long now, ReadOnlySpan<long> leases)
    {
        var revision = Position.RevisionOf(first);
        var pairs = (_pairs ??= Prepare("INSERT INTO pairs(key, position, create_revision, version, lease, value) VALUES", "({0}, {1}, ?1, 1, {2}, {3})")).Bind(1, revision);
        var history = (_history ??= Prepare(
            $"INSERT INTO history({PairWriter.HistoryColumns}) VALUES", "({1}, ?2, {0}, ?1, 1, {2}, {3}, 0, 0, 0, 0, NULL)")).Bind(1, revision).Bind(2, now);
        for (var i = 0; i < AtOnce; i++)
        {
            Bind(pairs, i, first + i, leases[i]);
            Bind(history, i, first + i, leases[i]);
        }

        pairs.Run();
        history.Run();
    }

    private void Bind(Statement statement, int index, long position, long lease)
    {
        var parameter = FirstParameter(index);
        statement.Bind(parameter, _keys[index]).Bind(parameter + 1, position).Bind(parameter + 2, lease).Bind(parameter + 3, _values[index]);
    }

    private Statement Prepare(string insert, string row) => reader.Connection.Prepared(insert + string.Join(", ", Enumerable.Range(0, AtOnce).Select(i => string.Format(
        System.Globalization.CultureInfo.InvariantCulture, row, Parameter(i, 0), Parameter(i, 1), Parameter(i, 2), Parameter(i, 3)))));

    private static string Parameter(int index, int field) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"?{FirstParameter(index) + field}");

    // The first two are the same for all rows.
    private static int FirstParameter(int index) => 3 + (4 * index);

    private static PinnedBytes[] Buffers() => [.. Enumerable.Range(0, AtOnce).Select(_ => new PinnedBytes())];
}
