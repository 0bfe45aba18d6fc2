namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>A cmdlet about the users, roles and permissions of a store.</summary>
public abstract class KvAccessCmdlet : KvStoreCmdlet
{
    private protected IKvAccess Accounts => Target.GetCapability<IKvAccess>();

    /// <summary>Makes one change, if it is confirmed.</summary>
    /// <param name="name">What it is about, and what an error names.</param>
    /// <param name="action">What is to be done, as -WhatIf shows it.</param>
    /// <param name="change">Makes the change.</param>
    private protected void Change(string name, string action, Func<IKvAccess, ValueTask> change) => ReportErrors(name, () =>
    {
        var access = Accounts;
        if (ShouldProcess(name, $"{action} ({Target.Info.Address})"))
        {
            Wait(change(access));
        }
    });
}
