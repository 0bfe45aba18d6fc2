#pragma warning disable CA1416 // what is for Windows alone is asked for there
using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;

namespace Valkeyrie.Tests.Rigs;

/// <summary>The access rights of a file or a folder, in the form of each system.</summary>
internal static class Rights
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Asserts that other users have no access; on Windows, except for administrators and the system.</summary>
    public static void AssertOwnerOnly(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(path) & Others);
            return;
        }

        using var user = WindowsIdentity.GetCurrent();
        string[] expected = [user.User!.Value, Sid(WellKnownSidType.BuiltinAdministratorsSid), Sid(WellKnownSidType.LocalSystemSid)];
        Assert.Equal(expected.Order(), Allowed(path).Select(r => r.IdentityReference.Value).Distinct().Order());
        Assert.All(Allowed(path), r => Assert.Equal((AccessControlType.Allow, FileSystemRights.FullControl), (r.AccessControlType, r.FileSystemRights)));
    }

    /// <summary>The rights in the form of Windows, without those that come from the folder.</summary>
    [SupportedOSPlatform("windows")]
    public static IReadOnlyList<string> Own(string path) =>
        [.. Allowed(path).Where(r => !r.IsInherited).Select(r => $"{r.IdentityReference} {r.AccessControlType} {r.FileSystemRights}").Order()];

    [SupportedOSPlatform("windows")]
    private static List<FileSystemAccessRule> Allowed(string path)
    {
        FileSystemSecurity security = Directory.Exists(path) ? new DirectoryInfo(path).GetAccessControl() : new FileInfo(path).GetAccessControl();
        return [.. security.GetAccessRules(includeExplicit: true, includeInherited: true, typeof(SecurityIdentifier)).Cast<FileSystemAccessRule>()];
    }

    [SupportedOSPlatform("windows")]
    private static string Sid(WellKnownSidType type) => new SecurityIdentifier(type, null).Value;
}
