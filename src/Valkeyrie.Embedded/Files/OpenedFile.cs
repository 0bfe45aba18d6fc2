using Valkeyrie.Embedded.Sqlite;

namespace Valkeyrie.Embedded.Files;

/// <summary>A file that is open, and what watches over it.</summary>
/// <param name="Connection">Its first connection.</param>
/// <param name="Guard">Notices that it is removed or replaced.</param>
/// <param name="Tie">Ties its log to it.</param>
internal sealed record OpenedFile(Connection Connection, FileGuard Guard, LogTie Tie);
