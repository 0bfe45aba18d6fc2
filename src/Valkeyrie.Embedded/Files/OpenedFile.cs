using Valkeyrie.Embedded.Sqlite;

namespace Valkeyrie.Embedded.Files;

/// <summary>An open file with its protections.</summary>
/// <param name="Connection">The first connection.</param>
/// <param name="Guard">Detects that the file is removed or replaced.</param>
/// <param name="Tie">Ties the log to the file.</param>
internal sealed record OpenedFile(Connection Connection, FileGuard Guard, LogTie Tie);
