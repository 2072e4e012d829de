module example.com/wecom-contacts/clients/go/wecomsim

go 1.24
